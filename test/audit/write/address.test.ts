import { describe, expect, test } from 'vitest';
import { writeIpv4, writeIpv6 } from '../../../src/audit/write/address.ts';
import { ByteWriter } from '../../../src/audit/write/byte-writer.ts';
import { memoryOf } from '../../helpers/chunks.ts';
import { Random } from '../../helpers/random.ts';

function ipv6(bytes: readonly number[]): string {
  const out = new ByteWriter();
  writeIpv6(out, memoryOf(Uint8Array.of(...bytes)).bytes, 0);
  return Buffer.from(out.view).toString();
}

function ipv4(bytes: readonly number[]): string {
  const out = new ByteWriter();
  writeIpv4(out, memoryOf(Uint8Array.of(...bytes)).bytes, 0);
  return Buffer.from(out.view).toString();
}

function groupsOf(bytes: readonly number[]): number[] {
  return Array.from({ length: 8 }, (_, i) => bytes[2 * i]! * 256 + bytes[2 * i + 1]!);
}

/** `ip6_compressed_string()` of lib/vsprintf.c, on strings. */
function reference(bytes: readonly number[]): string {
  const groups = groupsOf(bytes);
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  const isatap = (groups[4]! & ~0x0200) === 0 && groups[5] === 0x5efe;
  const dotted = mapped || isatap ? [bytes.slice(12).join('.')] : [];
  const words = groups.slice(0, 8 - 2 * dotted.length).map((group) => group.toString(16));
  const runs = [...words.join(':').matchAll(/(?<![^:])0(?::0)+(?![^:])/g)];
  const longest = runs.reduce<RegExpExecArray | undefined>(
    (best, run) => (best && best[0].length >= run[0].length ? best : run),
    undefined,
  );
  const all = [...words, ...dotted].join(':');
  if (!longest) return all;
  const before = all.slice(0, longest.index).replace(/:$/, '');
  const after = all.slice(longest.index + longest[0].length).replace(/^:/, '');
  return `${before}::${after}`;
}

describe('IPv6 addresses', () => {
  test.each([
    ['::', '00000000000000000000000000000000'],
    ['::1', '00000000000000000000000000000001'],
    ['fe80::', 'fe800000000000000000000000000000'],
    ['2001::1:0:0:1:1', '20010000000000010000000000010001'],
    ['2001:db8::1', '20010db8000000000000000000000001'],
    ['1:0:1:0:1:0:1:0', '00010000000100000001000000010000'],
    ['::ffff:127.0.0.1', '00000000000000000000ffff7f000001'],
    ['fe80::5efe:1.2.3.4', 'fe8000000000000000005efe01020304'],
    ['fe80::200:5efe:1.2.3.4', 'fe8000000000000002005efe01020304'],
  ])('%s', (expected, hex) => {
    expect(ipv6([...Buffer.from(hex, 'hex')])).toBe(expected);
  });

  test('read as the kernel writes them, whatever they are', () => {
    const random = new Random(6);
    for (let round = 0; round < 20_000; round++) {
      // many zeros, so that runs of all lengths come
      const bytes = Array.from({ length: 8 }, () => (random.once(2) ? 0 : random.below(65536))).flatMap(
        (group) => [group >> 8, group & 255],
      );
      if (random.once(20)) bytes.splice(8, 4, random.pick([0, 2]), 0, 0x5e, 0xfe);
      if (random.once(20)) bytes.splice(0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff);
      expect(ipv6(bytes)).toBe(reference(bytes));
    }
  });
});

test('IPv4 addresses read as the kernel writes them', () => {
  const random = new Random(4);
  for (let round = 0; round < 2000; round++) {
    const bytes = Array.from({ length: 4 }, () => random.below(256));
    expect(ipv4(bytes)).toBe(bytes.join('.'));
  }
});
