import { expect, test } from 'vitest';
import { syscallNumber } from '../../../src/audit/tables/syscalls.ts';
import { companionRules, isCompanionRule } from '../../../src/policy/companion/companion-rules.ts';
import { tableHooks } from '../../../src/policy/companion/hook-syscalls.ts';
import { compareRules } from '../../../src/policy/companion/rule-difference.ts';
import { decodeRule, encodeRule } from '../../../src/rules/kernel-bytes.ts';
import { parseRule } from '../../../src/rules/parse-rule.ts';
import { printRule } from '../../../src/rules/print-rule.ts';
import { isBpfRule, type KernelRule } from '../../../src/rules/rule.ts';

function rule(line: string): KernelRule {
  const parsed = parseRule(line, { file: 'test', line: 0 });
  if (isBpfRule(parsed)) throw new TypeError(line);
  return parsed;
}

const installed = (...lines: readonly string[]): { bytes: Uint8Array; rule: KernelRule }[] =>
  lines.map((line) => ({ bytes: encodeRule(rule(line)), rule: rule(line) }));

test('one rule for each architecture and errno', () => {
  const plan = companionRules(['path_mkdir', 'path_mkdir', 'userns_create']);
  expect(plan.uncovered).toEqual([]);
  expect(plan.rules.map((one) => printRule(one))).toEqual([
    '-a always,exit -F arch=b64 -S clone,mkdir,mkdirat,unshare,clone3 -F exit=-EPERM -F key=bpfaudit',
    '-a always,exit -F arch=b64 -S clone,mkdir,mkdirat,unshare,clone3 -F exit=-EACCES -F key=bpfaudit',
    '-a always,exit -F arch=b32 -S mkdir,clone,mkdirat,unshare,clone3 -F exit=-EPERM -F key=bpfaudit',
    '-a always,exit -F arch=b32 -S mkdir,clone,mkdirat,unshare,clone3 -F exit=-EACCES -F key=bpfaudit',
  ]);
});

test('each architecture gets the calls it has', () => {
  const [b64, b32] = companionRules(['socket_connect'], [1]).rules.map((one) => printRule(one));
  expect(b64).toContain('-S connect -F');
  expect(b32).toContain('-S socketcall,connect -F');
});

test('other errnos are rules of their own', () => {
  const rules = companionRules(['path_mkdir'], [30, 30]).rules;
  expect(rules.map((one) => printRule(one).match(/exit=\S+/)?.[0])).toEqual(['exit=-EROFS', 'exit=-EROFS']);
});

test('hooks that no rule is for are named, with the reason', () => {
  const plan = companionRules(['capable', 'sk_free_security']);
  expect(plan.rules).toEqual([]);
  expect(plan.uncovered.map(({ hook }) => hook)).toEqual(['capable', 'sk_free_security']);
  expect(plan.uncovered[1]?.because).toBe('bpfaudit does not know which system calls reach it');
});

test('all hooks together are still four rules, which the kernel can take', () => {
  const { rules } = companionRules(tableHooks());
  expect(rules.length).toBe(4);
  for (const one of rules) {
    expect(decodeRule(encodeRule(one))).toEqual(one);
    expect(isCompanionRule(one)).toBe(true);
  }
  const openat = syscallNumber('x86_64', 'openat')!;
  expect((rules[0]!.syscalls[openat >> 5]! >>> (openat & 31)) & 1).toBe(1);
});

test.each([
  '-w /etc/shadow -p wa -k bpfaudit',
  '-a always,exit -F arch=b64 -S openat -F exit=-EPERM -F key=other',
  '-a always,exit -F arch=b64 -S openat -F exit=-EPERM -F uid=0 -F key=bpfaudit',
  '-a never,exit -F arch=b64 -S openat -F exit=-EPERM -F key=bpfaudit',
  '-a always,exit -F arch=b64 -S openat -F exit!=-EPERM -F key=bpfaudit',
  '-a always,exit -F arch=b64 -S openat -F exit=-EPERM -k bpfaudit -k more',
])('somebody else’s rule is left alone: %s', (line) => {
  expect(isCompanionRule(rule(line))).toBe(false);
  expect(compareRules(installed(line), []).stale).toEqual([]);
});

test('what is there stays, what is missing is added, what is stale goes', () => {
  const wanted = companionRules(['path_mkdir'], [1]).rules;
  const stale = '-a always,exit -F arch=b64 -S rmdir -F exit=-EPERM -F key=bpfaudit';
  const kernel = [
    ...installed(stale, '-w /etc -p wa -k bpfaudit'),
    { bytes: encodeRule(wanted[0]!), rule: wanted[0]! },
  ];
  expect(compareRules(kernel, wanted)).toEqual({
    missing: [encodeRule(wanted[1]!)],
    stale: [encodeRule(rule(stale))],
    silenced: false,
  });
  expect(compareRules([], wanted).missing.length).toBe(2);
});

test.each([
  ['-a never,task', true],
  ['-a never,exit -F arch=b64 -S openat', true],
  ['-a always,exclude -F msgtype=CWD', true],
  ['-a always,exclude -F msgtype>=1300', true],
  ['-a always,exclude -F uid=1000', true],
  ['-a always,exclude -F msgtype=CRYPTO_KEY_USER', false],
  ['-a always,exit -F arch=b64 -S openat', false],
])('%s silences: %s', (line, silenced) => {
  expect(compareRules(installed(line), []).silenced).toBe(silenced);
});
