import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { mergeRuleFiles } from '../../src/rules/rule-directory.ts';
import { parseRuleFile } from '../../src/rules/rule-file.ts';
import { BARE_CONTEXT } from '../../src/rules/rule-context.ts';
import { sharedPath, whyNoShared } from '../helpers/shared.ts';

// The rules files of audit-userspace are under the GPL, so they are read where they are and not copied.
const whyNot = whyNoShared('corpora', 'audit-userspace', 'rules');
const directory = sharedPath('corpora', 'audit-userspace', 'rules');
const files =
  whyNot === undefined
    ? readdirSync(directory)
        .filter((name) => name.endsWith('.rules'))
        .map((name) => ({ name, text: readFileSync(`${directory}/${name}`, 'utf8') }))
    : [];

// The user that one of the files names.
const context = { ...BARE_CONTEXT, findUser: (name: string) => (name === 'chrony' ? 993 : undefined) };

describe.skipIf(whyNot !== undefined)(`rules files of audit-userspace${whyNot ? `: ${whyNot}` : ''}`, () => {
  it('are all there', () => {
    expect(files).toHaveLength(32);
  });

  it.each(files)('$name reads without an error', (file) => {
    expect(parseRuleFile(file, context).errors.map(({ message }) => message)).toEqual([]);
  });

  it('merge into one list that begins with -D', () => {
    const { commands, errors } = mergeRuleFiles(files, context);
    expect(errors).toEqual([]);
    expect(commands).toHaveLength(216);
    expect(commands[0]?.kind).toBe('delete-all');
  });
});
