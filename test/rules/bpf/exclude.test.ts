import { expect, it } from 'vitest';
import { compileExclude } from '../../../src/rules/bpf/exclude.ts';
import { EMPTY_VIEW, type BpfEventView } from '../../../src/rules/bpf/event-view.ts';
import { parseRule } from '../../../src/rules/parse-rule.ts';
import { isBpfRule, type KernelRule } from '../../../src/rules/rule.ts';

function kernelRule(line: string): KernelRule {
  const rule = parseRule(line, { file: 'test', line: 1 });
  if (isBpfRule(rule)) throw new Error('a rule of the list bpf');
  return rule;
}

function silenced(lines: readonly string[], fields: Partial<BpfEventView> = {}, type?: number): boolean {
  return compileExclude(lines.map(kernelRule), type)({ ...EMPTY_VIEW, ...fields });
}

it.each<[string, Partial<BpfEventView>, boolean]>([
  ['-a always,exclude -F msgtype=1427', {}, true],
  ['-a never,exclude -F msgtype=1427', {}, true],
  ['-a always,exclude -F msgtype=BPF_LSM_ACCESS', {}, true],
  ['-a always,exclude -F msgtype!=1427', {}, false],
  ['-a always,exclude -F msgtype>=1400 -F msgtype<=1499', {}, true],
  ['-a always,exclude -F msgtype=CWD', {}, false],
  ['-a always,exclude', {}, false],
  ['-a always,exclude -F uid=0', { uid: 0 }, true],
  ['-a always,exclude -F uid=0', {}, false],
  ['-a always,exclude -F auid=unset', { auid: 4294967295 }, true],
  ['-a always,exclude -F msgtype=1427 -F pid=7', { pid: 8 }, false],
  ['-a always,exclude -F gid>=100', { gid: 100 }, true],
  ['-a always,exclude -F exe=/usr/sbin/chronyd', { exe: '/usr/sbin/chronyd' }, true],
  ['-a always,exclude -F exe!=/usr/sbin/chronyd', { exe: '/usr/sbin/chronyd' }, false],
  ['-a always,exclude -F exe!=/usr/sbin/chronyd', { exe: '/bin/sh' }, true],
  ['-a always,exclude -F subj_type=chronyd_t', { subj: 'system_u:system_r:chronyd_t:s0' }, true],
  ['-a always,exclude -F subj_type=chronyd_t', {}, false],
  ['-a always,exclude -F subj_sen>=s0', { subj: 'system_u:system_r:chronyd_t:s0' }, false],
  ['-a always,exit -F uid=0', { uid: 0 }, false],
])('%s on %o is %s', (line, fields, expected) => {
  expect(silenced([line], fields)).toBe(expected);
});

it('asks every rule', () => {
  expect(silenced(['-a always,exclude -F msgtype=CWD', '-a always,exclude -F uid=5'], { uid: 5 })).toBe(true);
  expect(silenced([])).toBe(false);
});

it('takes another record type', () => {
  expect(silenced(['-a always,exclude -F msgtype=CWD'], {}, 1307)).toBe(true);
});
