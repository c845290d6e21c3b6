import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readBpfRules } from '../../../src/rules/bpf/bpf-rule-file.ts';
import { printRule } from '../../../src/rules/print-rule.ts';
import { BARE_CONTEXT } from '../../../src/rules/rule-context.ts';

function read(text: string): { rules: string[]; errors: string[] } {
  const { rules, errors } = readBpfRules([{ name: 'a.rules', text }], BARE_CONTEXT);
  return { rules: rules.map((rule) => printRule(rule)), errors: errors.map(({ message }) => message) };
}

it('follows the lines', () => {
  expect(
    read('-a never,bpf -F uid=0 -k x\n-A always,bpf\n-a never,bpf -F uid=1\n-d never,bpf -F uid=1\n'),
  ).toEqual({
    rules: ['-A always,bpf', '-a never,bpf -F uid=0 -F key=x'],
    errors: [],
  });
  expect(read('-a never,bpf -F uid=0 -k x\n-D -k x\n-c\n')).toEqual({ rules: [], errors: [] });
});

it('refuses what is not for it, and keeps the rest', () => {
  expect(
    read('-w /etc/passwd\n-b 9\n-a never,bpf\n-a never,bpf\n-d always,bpf\n-a never,bpf -F uuid=0\n'),
  ).toEqual({
    rules: ['-a never,bpf'],
    errors: [
      'a.rules:6:17: "uuid" is not a field of the list bpf',
      'a.rules:2:1: only rules of the list bpf belong here',
      'a.rules:1:1: only rules of the list bpf belong here',
      'a.rules:4:1: add rule: it is there already: -a never,bpf',
      'a.rules:5:1: delete rule: there is none like it: -a always,bpf',
    ],
  });
});

it('reads the set that is shipped', () => {
  const text = readFileSync(new URL('../../../etc/rules.d/bpf/50-bpf.rules', import.meta.url), 'utf8');
  const { rules, errors } = read(text);
  expect(errors).toEqual([]);
  expect(rules).toHaveLength(7);
});
