import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { AuditControl } from '../../src/netlink/audit-control.ts';
import type { BpfRule } from '../../src/rules/bpf/bpf-rule.ts';
import { addBpfRule } from '../../src/rules/bpf/rule-list.ts';
import { hostContext } from '../../src/rules/host-context.ts';
import { encodeRule } from '../../src/rules/kernel-bytes.ts';
import { mergeRuleFiles } from '../../src/rules/rule-directory.ts';
import { parseRuleFile } from '../../src/rules/rule-file.ts';
import { BARE_CONTEXT } from '../../src/rules/rule-context.ts';
import { isBpfRule, ruleKeys, type Rule } from '../../src/rules/rule.ts';
import { lockAudit } from '../helpers/audit-lock.ts';
import { auditctl } from '../helpers/audit-host.ts';
import { clearRules, whyNoHostRules } from '../helpers/host-rules.ts';

const DIRECTORY = path.resolve(import.meta.dirname, '../../etc/rules.d');
const GUIDE = readFileSync(path.resolve(import.meta.dirname, '../../docs/rule-sets.md'), 'utf8');

const names = readdirSync(DIRECTORY, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.rules'),
);
const files = names.map((name) => ({ name, text: readFileSync(path.join(DIRECTORY, name), 'utf8') }));
const kernelFiles = files.filter(({ name }) => !name.includes('/'));

const lock = await lockAudit();
const whyNot = await whyNoHostRules();
afterAll(() => lock[Symbol.dispose]());

function rulesOf(file: { name: string; text: string }): Rule[] {
  return parseRuleFile(file, BARE_CONTEXT).commands.flatMap((command) =>
    command.kind === 'add' ? [command.rule] : [],
  );
}

describe.each(files)('$name', (file) => {
  it('reads without an error or a warning', () => {
    const { commands, errors } = parseRuleFile(file, BARE_CONTEXT);
    expect(errors.map(({ message }) => message)).toEqual([]);
    expect(commands.flatMap((command) => (command.kind === 'add' ? command.warnings : []))).toEqual([]);
  });

  it('has each of its keys explained in the guide', () => {
    const keys = new Set(rulesOf(file).flatMap((rule) => ruleKeys(rule)));
    expect([...keys].filter((key) => !GUIDE.includes(`\`${key}\``))).toEqual([]);
  });

  it('looks at both ABIs, and at nothing twice', () => {
    const lines = file.text.split('\n').filter((line) => line.startsWith('-a always,exit -F arch='));
    const abis = (abi: string): string[] =>
      lines
        .filter((line) => line.includes(`arch=${abi}`))
        .map((line) => line.replace(/ -F arch=\S+ -S \S+/, ''))
        .sort();
    const only = lines.filter((line) => / -S (?:umount|kexec_file_load) /.test(line)).length;
    expect(Math.abs(abis('b32').length - abis('b64').length)).toBe(only);
    expect(new Set(lines).size).toBe(lines.length);
  });
});

it('the guide names the folder into which the package puts them', () => {
  const script = readFileSync(path.resolve(import.meta.dirname, '../../scripts/deb.sh'), 'utf8');
  const folder = /^cp -r etc\/rules\.d .*"\$tree(\S+)\/"$/m.exec(script)?.[1];
  expect(GUIDE).toContain(`bpfaudit ctl load --check ${folder}/rules.d\n`);
});

it('bpf/50-bpf.rules has seven rules of the list bpf, and no other', () => {
  const rules = rulesOf(files.find(({ name }) => name === 'bpf/50-bpf.rules')!);
  const list = rules.filter(isBpfRule).reduce<readonly BpfRule[]>(addBpfRule, []);
  expect([rules.length, list.length]).toEqual([7, 7]);
});

describe('the directory', () => {
  it('begins with -D and the settings', () => {
    const { commands, errors } = mergeRuleFiles(kernelFiles, BARE_CONTEXT);
    expect(errors).toEqual([]);
    expect(commands.slice(0, 3).map(({ kind }) => kind)).toEqual(['delete-all', 'set', 'set']);
  });

  it.skipIf(whyNot !== undefined)(
    `loads into this kernel${whyNot === undefined ? '' : `: ${whyNot}`}`,
    async () => {
      const { commands } = mergeRuleFiles(kernelFiles, hostContext());
      const rules = commands.flatMap((command) =>
        command.kind === 'add' && !isBpfRule(command.rule) ? [command.rule] : [],
      );
      using control = AuditControl.open();
      const refused: string[] = [];
      try {
        for (const rule of rules) {
          await control.addRule(encodeRule(rule)).catch((error: unknown) => refused.push(String(error)));
        }
        // Paths whose directory this machine does not have; nothing else may be refused.
        expect(refused.filter((reason) => !reason.includes('No such file'))).toEqual([]);
        expect(await control.listRules()).toHaveLength(rules.length - refused.length);
        expect(auditctl('-l').stdout.split('\n')).toHaveLength(rules.length - refused.length + 1);
        expect(refused.length).toBeLessThan(rules.length / 20);
      } finally {
        await clearRules(control);
      }
    },
  );
});
