import { describe, expect, it } from 'vitest';
import { limitIdOf } from '../../../src/rules/kernel-filter/rule-table.ts';
import { parseRule } from '../../../src/rules/parse-rule.ts';
import { printRule } from '../../../src/rules/print-rule.ts';
import { isBpfRule } from '../../../src/rules/rule.ts';
import type { BpfRule } from '../../../src/rules/bpf/bpf-rule.ts';

function rule(line: string): BpfRule {
  const parsed = parseRule(line, { file: 'test', line: 1 });
  if (!isBpfRule(parsed)) throw new Error('not a rule of the list bpf');
  return parsed;
}

function id(line: string): bigint {
  return limitIdOf(rule(line));
}

describe('limit=', () => {
  it.each([
    ['20/10s', { records: 20, seconds: 10, per: 'key' }],
    ['20/10', { records: 20, seconds: 10, per: 'key' }],
    ['1/86400s/exe', { records: 1, seconds: 86_400, per: 'exe' }],
    ['1000000/1s/cgroup', { records: 1_000_000, seconds: 1, per: 'cgroup' }],
    ['5/60s/policy', { records: 5, seconds: 60, per: 'policy' }],
  ])('%s is read, and printed so that it can be read back', (text, limit) => {
    const read = rule(`-a always,bpf -F limit=${text}`);
    expect(read.limit).toEqual(limit);
    expect(rule(printRule(read))).toEqual(read);
  });

  it.each([
    ['-a never,bpf -F limit=20/10s', /has no meaning on a rule that drops/],
    ['-a always,bpf -F limit=0/10s', /"0\/10s" is not a limit; expected RECORDS\/SECONDS/],
    ['-a always,bpf -F limit=20', /is not a limit/],
    ['-a always,bpf -F limit=20/0s', /is not a limit/],
    ['-a always,bpf -F limit=20/10s/exee', /"exee" cannot have a limit of its own/],
    ['-a always,bpf -F limit!=20/10s', /!=/],
  ])('%s is refused', (line, reason) => {
    expect(() => rule(line)).toThrow(reason);
  });

  it('has a near miss', () => {
    expect(() => rule('-a always,bpf -F limit=20/10s/cgruop')).toThrow(
      expect.objectContaining({ hint: 'did you mean "cgroup"?' }),
    );
  });

  it('is counted under the key, whatever else the rules say', () => {
    const web = id('-a always,bpf -F uid=0 -F limit=5/10s -k web');
    expect(id('-a always,bpf -F uid=1 -F limit=5/10s -k web')).toBe(web);
    expect(id('-a always,bpf -F uid=0 -F limit=6/10s -k web')).not.toBe(web);
    expect(id('-a always,bpf -F uid=0 -F limit=5/10s -k mail')).not.toBe(web);
    expect(id('-a always,bpf -F uid=0 -F limit=5/10s')).not.toBe(id('-a always,bpf -F uid=1 -F limit=5/10s'));
  });
});
