import { describe, expect, it } from 'vitest';
import { ByteWriter } from '../../../src/audit/write/byte-writer.ts';
import {
  phrase,
  putBytes,
  putDecimal,
  putHex,
  putPhrase,
  putSigned,
  putTriple,
  putUntrusted,
  putWord,
  SLACK,
  stringEnd,
  word,
} from '../../../src/audit/write/put.ts';

/** What one of the functions puts at an odd offset, as text. */
function put(action: (text: DataView, at: number) => number): string {
  const bytes = new Uint8Array(4096).fill(0x7e);
  const end = action(new DataView(bytes.buffer), 3);
  return Buffer.from(bytes.subarray(3, end)).toString('latin1');
}

function memoryOf(bytes: readonly number[]): DataView {
  // what follows must not matter: a quote, control characters
  return new DataView(Uint8Array.of(...bytes, 0x22, 0, 0xff, 0x0a, 0x22, 0x80, 1, 0x7f).buffer);
}

/** `audit_log_n_untrustedstring()`, as simple as can be. */
function untrusted(bytes: readonly number[]): string {
  const harmless = bytes.every((byte) => byte >= 0x21 && byte <= 0x7e && byte !== 0x22);
  return harmless
    ? `"${Buffer.from(bytes).toString('latin1')}"`
    : Buffer.from(bytes).toString('hex').toUpperCase();
}

describe('constants', () => {
  it('are put whole, up to 8 bytes and more', () => {
    for (const text of ['', '?', ' pid=', 'prog-id=']) {
      expect(put((to, at) => putWord(to, at, word(text)))).toBe(text);
    }
    for (const text of ['', ' pid=', 'prog-id=', 'type=UNKNOWN[1427] msg=']) {
      expect(put((to, at) => putPhrase(to, at, phrase(text)))).toBe(text);
    }
  });

  it('of more than 8 bytes are no word', () => {
    expect(() => word('123456789')).toThrow(RangeError);
  });
});

describe('numbers', () => {
  const edges = Array.from({ length: 10 }, (_, i) => 10 ** i).flatMap((n) => [n - 1, n, n + 1, 2 * n, 4 * n]);

  it('are put in decimal, unsigned', () => {
    for (const number of [...edges, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff]) {
      if (number > 0xffffffff) continue;
      expect(put((to, at) => putDecimal(to, at, number | 0))).toBe(String(number));
    }
  });

  it('are put in decimal, signed', () => {
    for (const number of [0, 1, -1, -13, 2147483647, -2147483648]) {
      expect(put((to, at) => putSigned(to, at, number))).toBe(String(number));
    }
  });

  it('have zeros in front as three digits', () => {
    for (const [number, text] of [
      [0, '000'],
      [7, '007'],
      [42, '042'],
      [999, '999'],
    ] as const) {
      expect(put((to, at) => putTriple(to, at, number))).toBe(text);
    }
  });
});

describe('untrusted strings', () => {
  it('are quoted or put as hex, whatever byte stands wherever', () => {
    for (let length = 0; length <= 20; length++) {
      for (let at = 0; at < Math.max(length, 1); at++) {
        for (let byte = 0; byte < 256; byte++) {
          const bytes = Array.from({ length }, (_, i) => (i === at ? byte : 0x61 + i));
          const memory = memoryOf(bytes);
          expect(put((to, next) => putUntrusted(to, next, memory, 0, length))).toBe(untrusted(bytes));
        }
      }
    }
  });

  it('are judged by all of their bytes together', () => {
    let seed = 1;
    for (let round = 0; round < 20_000; round++) {
      const bytes = Array.from({ length: round % 40 }, () => {
        seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
        const byte = seed >>> 24;
        return byte > 200 ? byte : 0x21 + (byte % 94);
      });
      const memory = memoryOf(bytes);
      expect(put((to, next) => putUntrusted(to, next, memory, 0, bytes.length))).toBe(untrusted(bytes));
    }
  });
});

describe('bytes', () => {
  it('are copied and put as hex', () => {
    for (let length = 0; length <= 12; length++) {
      const bytes = Array.from({ length }, (_, i) => (i * 37) & 0xff);
      const memory = memoryOf(bytes);
      expect(put((to, at) => putBytes(to, at, memory, 0, length))).toBe(
        Buffer.from(bytes).toString('latin1'),
      );
      expect(put((to, at) => putHex(to, at, memory, 0, length))).toBe(
        Buffer.from(bytes).toString('hex').toUpperCase(),
      );
    }
  });

  it('end at the first NUL', () => {
    for (let length = 0; length <= 20; length++) {
      for (let nul = 0; nul <= length + 2; nul++) {
        const bytes = Array.from({ length }, (_, i) => (i === nul ? 0 : i > nul ? 0 : 0x81 + i));
        expect(stringEnd(memoryOf(bytes), 0, length)).toBe(Math.min(nul, length));
      }
    }
    expect(stringEnd(memoryOf([1, 0x80, 1, 1, 0, 1]), 0, 6)).toBe(4);
  });
});

describe('ByteWriter', () => {
  it('grows while it is written to', () => {
    const out = new ByteWriter(0);
    const memory = memoryOf([0x61, 0x62, 0x63]);
    for (let i = 0; i < 500; i++) {
      out.word(word('word=1'));
      out.byte(0x20);
      out.decimal(4294967296 * i);
      out.untrusted(memory, 0, 3);
      out.slice(memory, 1, 3);
      out.hexBytes(memory, 0, 2);
      out.hex(i);
    }
    const expected = Array.from(
      { length: 500 },
      (_, i) => `word=1 ${4294967296 * i}"abc"bc6162${i.toString(16)}`,
    ).join('');
    expect(Buffer.from(out.view).toString()).toBe(expected);
    expect(out.data.byteLength).toBeGreaterThanOrEqual(out.length + SLACK);
  });

  it('writes 64-bit numbers', () => {
    for (const value of [
      0n,
      1n,
      0xffffffffn,
      0x100000000n,
      0x1fffffffffffffn,
      0x20000000000000n,
      2n ** 64n - 1n,
    ]) {
      const [low, high] = [Number(value & 0xffffffffn), Number(value >> 32n)];
      const out = new ByteWriter(16);
      out.decimal64(low, high);
      out.byte(0x20);
      out.hex64(low, high);
      expect(Buffer.from(out.view).toString()).toBe(`${value} ${value.toString(16)}`);
    }
  });
});
