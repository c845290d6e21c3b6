import { describe, expect, it } from 'vitest';
import { decodeRule, encodeRule } from '../../src/rules/kernel-bytes.ts';
import { parseRule } from '../../src/rules/parse-rule.ts';
import { printRule } from '../../src/rules/print-rule.ts';
import { isBpfRule, type KernelRule } from '../../src/rules/rule.ts';

function kernelRule(line: string): KernelRule {
  const rule = parseRule(line, { file: 'test', line: 1 });
  if (isBpfRule(rule)) throw new Error('a rule of the list bpf');
  return rule;
}

describe('struct audit_rule_data', () => {
  const bytes = encodeRule(kernelRule('-a always,exit -F arch=b64 -S open -F path=/etc/x -k a -k b'));

  it('is 1040 bytes and the text', () => {
    expect(bytes).toHaveLength(1040 + '/etc/xa_b'.length);
    expect(Buffer.from(bytes.subarray(1040)).toString()).toBe('/etc/xa\u0001b');
  });

  it('ignores the padding of netlink', () => {
    const padded = new Uint8Array([...bytes, 0, 0, 0]);
    expect(decodeRule(padded)).toEqual(decodeRule(bytes));
  });

  it.each([
    ['too short', bytes.subarray(0, 1039)],
    ['shorter than its text', bytes.subarray(0, 1041)],
    ['an unknown list', patched(0, 9)],
    ['an unknown action', patched(4, 1)],
    ['65 fields', patched(8, 65)],
    ['a text longer than the buffer', patched(12 + 256 + 256 + 4, 200)],
    ['an operator of no bits', patched(12 + 256 + 256 + 256, 0)],
  ])('refuses %s', (_what, broken) => {
    expect(() => decodeRule(broken)).toThrow(expect.objectContaining({ code: 'E_RULE_BYTES' }));
  });

  it('keeps bytes that are not UTF-8, and prints them in octal', () => {
    const strange = Uint8Array.from(bytes);
    strange.set([0x2f, 0xff, 0x0a, 0x1b], 1040);
    const rule = decodeRule(strange);
    expect(encodeRule(rule)).toEqual(strange);
    expect(printRule(rule)).toContain('-F path=/\\377\\012\\033/x ');
  });

  it('keeps and prints a field it has no name for', () => {
    const rule = decodeRule(patched(12 + 256 + 8, 240));
    expect(rule.fields[2]).toMatchObject({ kind: 'unknown', id: 240 });
    expect(printRule(rule)).toContain(' f240=3');
  });

  function patched(offset: number, word: number): Uint8Array {
    const copy = Uint8Array.from(bytes);
    new DataView(copy.buffer).setUint32(offset, word, true);
    return copy;
  }
});

describe('printing with -i', () => {
  it.each([
    [
      '-a always,exit -F arch=b64 -S open -F auid!=unset',
      '-a always,exit -F arch=x86_64 -S open -F auid!=unset',
    ],
    [
      '-a always,exit -F arch=b32 -S open -F sessionid=-1',
      '-a always,exit -F arch=i386 -S open -F sessionid=unset',
    ],
  ])('%s', (line, printed) => {
    expect(printRule(kernelRule(line), { interpret: true })).toBe(printed);
  });
});
