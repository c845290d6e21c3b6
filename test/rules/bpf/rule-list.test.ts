import { expect, it } from 'vitest';
import type { BpfRule } from '../../../src/rules/bpf/bpf-rule.ts';
import { addBpfRule, removeBpfRule, removeBpfRules } from '../../../src/rules/bpf/rule-list.ts';
import { parseRule } from '../../../src/rules/parse-rule.ts';
import { printRule } from '../../../src/rules/print-rule.ts';
import { isBpfRule } from '../../../src/rules/rule.ts';

function rule(line: string): BpfRule {
  const parsed = parseRule(line, { file: 'test', line: 1 });
  if (!isBpfRule(parsed)) throw new Error('not a rule of the list bpf');
  return parsed;
}

const list = ['-a always,bpf -F uid=0 -k root', '-a never,bpf', '-A never,bpf -F uid=1 -k one -k root']
  .map(rule)
  .reduce<readonly BpfRule[]>(addBpfRule, []);

it('puts a rule of -A in front, where its place tells that', () => {
  expect(list.map((each) => printRule(each))).toEqual([
    '-a never,bpf -F uid=1 -F key=one -F key=root',
    '-a always,bpf -F uid=0 -F key=root',
    '-a never,bpf',
  ]);
});

it('refuses a rule that is there, wherever it was put', () => {
  const again = rule('-a never,bpf -F uid=1 -k one -k root');
  expect(() => addBpfRule(list, again)).toThrow(expect.objectContaining({ code: 'E_AUDIT_RULE_EXISTS' }));
});

it('removes exactly the rule that is named', () => {
  expect(removeBpfRule(list, rule('-d never,bpf'))).toEqual(list.slice(0, 2));
  expect(() => removeBpfRule(list, rule('-d never,bpf -F uid=0'))).toThrow(
    expect.objectContaining({ code: 'E_AUDIT_RULE_MISSING' }),
  );
});

it('removes by key, or all', () => {
  expect(removeBpfRules(list, 'one')).toEqual(list.slice(1));
  expect(removeBpfRules(list, 'root')).toEqual(list.slice(2));
  expect(removeBpfRules(list, 'roo')).toEqual(list);
  expect(removeBpfRules(list, undefined)).toEqual([]);
});
