import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { mergeRuleFiles, sortRuleFiles } from '../../src/rules/rule-directory.ts';
import { BARE_CONTEXT } from '../../src/rules/rule-context.ts';
import { Random } from '../helpers/random.ts';

function merge(files: Readonly<Record<string, string>>): ReturnType<typeof mergeRuleFiles> {
  return mergeRuleFiles(
    Object.entries(files).map(([name, text]) => ({ name, text })),
    BARE_CONTEXT,
  );
}

function summary(files: Readonly<Record<string, string>>): string[] {
  return merge(files).commands.map(
    (command) =>
      `${command.source.file}:${command.source.line} ${command.kind === 'set' ? `${command.setting}=${command.value}` : command.kind}`,
  );
}

describe('order of the files', () => {
  it('is that of ls -v', () => {
    const random = new Random(6);
    const names = new Set<string>();
    const letters = ['a', 'B', '1', '0', '9', '2', '~', '.', '-', '_', '+', 'z', '10', '9', '010', '.x'];
    while (names.size < 300) {
      const parts = Array.from({ length: 1 + random.below(5) }, () => random.pick(letters));
      const name = `${parts.join('')}.rules`;
      if (!name.startsWith('-')) names.add(name);
    }
    const directory = mkdtempSync(path.join(tmpdir(), 'bpfaudit-order-'));
    try {
      for (const name of names) writeFileSync(path.join(directory, name), '');
      const listed = execFileSync('ls', ['-1v', directory], { encoding: 'utf8', env: { LC_ALL: 'C' } });
      const sorted = sortRuleFiles([...names].map((name) => ({ name }))).map(({ name }) => name);
      expect(sorted).toEqual(listed.split('\n').filter(Boolean));
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('leaves out what is not a rules file', () => {
    const names = ['b.rules', '.a.rules', 'c.rules.bak', 'README', 'a.rules'];
    expect(sortRuleFiles(names.map((name) => ({ name }))).map(({ name }) => name)).toEqual([
      'a.rules',
      'b.rules',
    ]);
  });
});

describe('merging', () => {
  it('puts the last -D, -b and -f first, the last -e last, and keeps the rest in order', () => {
    expect(
      summary({
        '20-b.rules': '-w /b\n-e 1\n-D\n-b 20',
        '3-a.rules': '-e 2\n-f 2\n-w /a\n-D -k web\n-r 5\n-b 10\n-D\n',
        '100-c.rules': '-f 1\n-a always,exit -F uid=0',
      }),
    ).toEqual([
      '20-b.rules:3 delete-all',
      '20-b.rules:4 backlog-limit=20',
      '100-c.rules:1 failure=1',
      '3-a.rules:3 add',
      '3-a.rules:4 delete-all',
      '3-a.rules:5 rate-limit=5',
      '20-b.rules:1 add',
      '100-c.rules:2 add',
      '20-b.rules:2 enabled=1',
    ]);
  });

  it('does not join the last line of a file to the next file', () => {
    expect(summary({ 'a.rules': '-w /a', 'b.rules': '-w /b' })).toEqual(['a.rules:1 add', 'b.rules:1 add']);
  });

  it('reads past comments, blank lines and carriage returns', () => {
    expect(summary({ 'a.rules': '## head\r\n\r\n  # more\n\t\n-w /a\r\n' })).toEqual(['a.rules:5 add']);
    expect(merge({ 'a.rules': '-w /a\r\n' }).commands[0]).toMatchObject({
      rule: { fields: [{ text: '/a' }, {}] },
    });
  });

  it('reports every error and keeps every good line', () => {
    const { commands, errors } = merge({
      'a.rules': '-a always,exit -F uuid=0\n-w /a\n-q x\n',
      'b.rules': `-w b\n-w /b\n-w /${'x'.repeat(7000)}`,
    });
    expect(commands).toHaveLength(2);
    expect(errors.map((error) => error.message.slice(0, 12))).toEqual([
      'a.rules:1:19',
      'a.rules:3:4:',
      'b.rules:1:4:',
      'b.rules:3:61',
    ]);
  });

  it('of nothing is nothing, and no error', () => {
    expect(merge({})).toEqual({ commands: [], errors: [] });
    expect(merge({ 'a.rules': '# nothing\n' })).toEqual({ commands: [], errors: [] });
  });
});
