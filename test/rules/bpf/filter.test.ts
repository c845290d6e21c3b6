import { describe, expect, it } from 'vitest';
import type { BpfRule } from '../../../src/rules/bpf/bpf-rule.ts';
import { compileBpfRules } from '../../../src/rules/bpf/compile.ts';
import { EMPTY_VIEW, type BpfEventView } from '../../../src/rules/bpf/event-view.ts';
import { matchPlainly, plainAddress, readPlainRule } from '../../helpers/plain-rules.ts';
import { parseRule } from '../../../src/rules/parse-rule.ts';
import { printRule } from '../../../src/rules/print-rule.ts';
import { isBpfRule } from '../../../src/rules/rule.ts';
import { Random } from '../../helpers/random.ts';
import { randomBpfLine, randomEvent } from '../../helpers/random-bpf.ts';

function rule(line: string): BpfRule {
  const parsed = parseRule(line, { file: 'test', line: 1 });
  if (!isBpfRule(parsed)) throw new Error('not a rule of the list bpf');
  return parsed;
}

function event(fields: Partial<BpfEventView>): BpfEventView {
  return { ...EMPTY_VIEW, ...fields };
}

/** Whether a rule with one condition matches, by both ways of deciding. */
function matches(condition: string, fields: Partial<BpfEventView>): boolean {
  const line = `-a always,bpf ${condition}`;
  const plain = matchPlainly([readPlainRule(line)], event(fields)) === 0;
  expect(compileBpfRules([rule(line)]).match(event(fields)) === 0).toBe(plain);
  return plain;
}

describe('conditions', () => {
  it.each<[string, Partial<BpfEventView>, boolean]>([
    ['-F policy=egress', { policy: 'egress' }, true],
    ['-F policy=egress', { policy: 'egress2' }, false],
    ['-F policy!=egress', {}, false],
    ['-F prog=12', { progId: 12, prog: 'x' }, true],
    ['-F prog-id=12', { progId: 13 }, false],
    ['-F prog=deny_open', { progId: 12, prog: 'deny_open' }, true],
    ['-F uid>=1000', { uid: 1000 }, true],
    ['-F uid>=1000', { uid: 999 }, false],
    ['-F uid=root', { uid: 0 }, true],
    ['-F auid=unset', { auid: 4294967295 }, true],
    ['-F auid!=unset', { auid: 4294967295 }, false],
    ['-F auid!=unset', {}, false],
    ['-F auid>=1000', { auid: 4294967295 }, true],
    ['-F ses=-1', { ses: 4294967295 }, true],
    ['-F devminor&3', { devminor: 2 }, true],
    ['-F devminor&=3', { devminor: 2 }, false],
    ['-F devminor&=0x80000000', { devminor: 0x80000001 }, true],
    ['-F dir=/etc', { path: '/etc/shadow' }, true],
    ['-F dir=/etc/', { path: '/etc' }, true],
    ['-F dir=/etc', { path: '/etcetera' }, false],
    ['-F dir!=/etc', { path: '/etcetera' }, true],
    ['-F dir=/', { path: '/etc' }, true],
    ['-F dir=/', { path: 'pipe:[1]' }, false],
    ['-F cgroup=/system.slice', { cgroup: '/system.slice/ssh.service' }, true],
    ['-F cgroup=/sys/fs/cgroup/system.slice', { cgroup: '/system.slice' }, true],
    ['-F cgroup=/', { cgroup: '/' }, true],
    ['-F cgroup=4242', { cgroupId: 4242n, cgroup: '/x' }, true],
    ['-F inode=0xffffffffffffffff', { inode: 0xffff_ffff_ffff_ffffn }, true],
    ['-F capability=CAP_SYS_ADMIN', { capability: 21 }, true],
    ['-F capability!=sys_admin', { capability: 12 }, true],
    ['-F saddr_fam=inet6', { saddrFam: 10 }, true],
    ['-F daddr=10.0.0.0/8', { daddr: Uint8Array.of(10, 200, 0, 1) }, true],
    ['-F daddr=10.0.0.0/8', { daddr: Uint8Array.of(11, 0, 0, 1) }, false],
    ['-F daddr=10.1.2.3/15', { daddr: Uint8Array.of(10, 0, 9, 9) }, true],
    ['-F daddr!=fd00::/8', { daddr: Uint8Array.of(10, 0, 0, 1) }, true],
    ['-F daddr=::1', { daddr: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1) }, true],
    ['-F dest=443', { dport: 443 }, true],
    ['-F verdict=deny', { verdict: 0 }, false],
    ['-F verdict=deny', { verdict: -1 }, true],
    ['-F verdict!=deny', { verdict: 3 }, true],
    ['-F verdict=-EACCES', { verdict: -13 }, true],
    ['-F verdict<=-EPERM', { verdict: -13 }, true],
    ['-F verdict=allow', {}, false],
    ['-C uid!=euid', { uid: 1000, euid: 0 }, true],
    ['-C uid!=euid', { uid: 1000 }, false],
    ['-F exe=/usr/bin/a\\ b', { exe: '/usr/bin/a b' }, true],
    ['', {}, true],
  ])('%s on %o is %s', (condition, fields, expected) => {
    expect(matches(condition, fields)).toBe(expected);
  });
});

describe('a list of rules', () => {
  const rules = [
    rule('-a always,bpf -F policy=egress -F verdict=deny -k egress'),
    rule('-a never,bpf -F policy=egress'),
    rule('-a never,bpf -F uid=0'),
  ];
  const filter = compileBpfRules(rules);

  it('is decided by the first rule that matches', () => {
    expect(filter.keeps(event({ policy: 'egress', verdict: -1, uid: 0 }))).toBe(true);
    expect(filter.keeps(event({ policy: 'egress', verdict: 0, uid: 0 }))).toBe(false);
    expect(filter.match(event({ policy: 'lockdown', uid: 0 }))).toBe(2);
  });

  it('keeps what no rule matches', () => {
    expect(filter.match(event({ policy: 'lockdown', uid: 1 }))).toBe(-1);
    expect(filter.keeps(event({ policy: 'lockdown', uid: 1 }))).toBe(true);
    expect(compileBpfRules([]).keeps(EMPTY_VIEW)).toBe(true);
  });
});

describe('random rules and events', () => {
  it('are decided alike by the compiled and the plain way, 200000 times', () => {
    const random = new Random(1427);
    let asked = 0;
    let matched = 0;
    while (asked < 200_000) {
      const lines = Array.from({ length: random.below(6) }, () => randomBpfLine(random));
      const plainRules = lines.map(readPlainRule);
      const filter = compileBpfRules(lines.map(rule));
      for (let each = 0; each < 40; each++, asked++) {
        const view = randomEvent(random, plainAddress);
        const plain = matchPlainly(plainRules, view);
        if (filter.match(view) !== plain)
          expect.fail(`${lines.join('\n')}\n${JSON.stringify(view, replaceBigint)}`);
        if (plain >= 0) matched++;
      }
    }
    // Neither always nor never: the test would be empty otherwise.
    expect(matched).toBeGreaterThan(asked / 4);
    expect(matched).toBeLessThan((asked * 3) / 4);
  }, 180_000);

  it('are printed as what reads back as the same rule', () => {
    const random = new Random(7);
    for (let each = 0; each < 5000; each++) {
      const parsed = rule(randomBpfLine(random));
      expect(rule(printRule(parsed))).toEqual(parsed);
    }
  });
});

function replaceBigint(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value;
}
