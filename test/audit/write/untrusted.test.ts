import { expect, test } from 'vitest';
import { ByteWriter } from '../../../src/audit/write/byte-writer.ts';
import { needsHex, stringEnd, writeUntrusted, writeWord } from '../../../src/audit/write/untrusted.ts';
import { memoryOf } from '../../helpers/chunks.ts';
import { Random } from '../../helpers/random.ts';

type Writer = (out: ByteWriter, bytes: Uint8Array, from: number, to: number) => void;

/** What a writer makes of the bytes, which lie between others that must not matter. */
function written(write: Writer, value: Uint8Array): string {
  const { bytes } = memoryOf(Buffer.concat([Buffer.from('"\n\0'), value]));
  const out = new ByteWriter(16);
  write(out, bytes, 3, 3 + value.length);
  return Buffer.from(out.view).toString('latin1');
}

/** `audit_log_n_untrustedstring()` of kernel/audit.c, as simple as can be. */
function reference(value: Uint8Array): string {
  const text = Buffer.from(value).toString('latin1');
  return /^[\x21\x23-\x7e]*$/.test(text) ? `"${text}"` : Buffer.from(value).toString('hex').toUpperCase();
}

test('every byte alone and between others is quoted or hex as in the kernel', () => {
  for (let byte = 0; byte < 256; byte++) {
    for (const value of [
      [byte],
      [0x61, byte, 0x62],
      [0x61, 0x61, 0x61, 0x61, 0x61, 0x61, 0x61, byte, 0x62],
    ]) {
      const bytes = Uint8Array.from(value);
      expect(written(writeUntrusted, bytes), `byte ${byte}`).toBe(reference(bytes));
      expect(needsHex(bytes, 0, bytes.length)).toBe(!reference(bytes).startsWith('"'));
    }
  }
});

test('strings of any bytes and length come back as they were, and hold nothing that ends a field', () => {
  const random = new Random(1400);
  for (let round = 0; round < 5000; round++) {
    const harmless = random.once(2);
    const value = Uint8Array.from({ length: random.below(90) }, () =>
      harmless ? 0x23 + random.below(0x7f - 0x23) : random.below(256),
    );
    const text = written(writeUntrusted, value);
    expect(text).toBe(reference(value));
    expect(text).not.toMatch(/[ \n]/);
    const back = text.startsWith('"') ? Buffer.from(text.slice(1, -1), 'latin1') : Buffer.from(text, 'hex');
    expect(back).toEqual(Buffer.from(value));
  }
});

function bareWord(text: string): string {
  return written(writeWord, Buffer.from(text, 'latin1'));
}

test('a word stands bare only if it can be nothing else', () => {
  expect(bareWord('eth0')).toBe('eth0');
  expect(bareWord('[io_uring]')).toBe('[io_uring]');
  expect(bareWord('')).toBe('""');
  expect(bareWord('a=b')).toBe('"a=b"');
  expect(bareWord('a b')).toBe('612062');
  expect(bareWord('a"')).toBe('6122');
});

test('a string ends at its first NUL, or with its room', () => {
  const { bytes } = memoryOf(Buffer.from('ab\0cd'));
  expect(stringEnd(bytes, 0, 5)).toBe(2);
  expect(stringEnd(bytes, 3, 5)).toBe(5);
  expect(stringEnd(bytes, 0, 1)).toBe(1);
});
