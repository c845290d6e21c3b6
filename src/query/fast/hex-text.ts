import type { OutputBuffer } from '../output/output-buffer.ts';

const BLANK = 0x20;
/** Value of each byte as a hexadecimal digit, or -1. */
const DIGITS: Int8Array = Int8Array.from({ length: 256 }, (_, byte) => {
  const letter = byte | 0x20;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
});

/**
 * Writes what hexadecimal digits stand for, as long as nothing in it must be escaped.
 *
 * @param blankForNul write a blank for a NUL, as between the arguments of a process.
 * @returns false if the text needs more care: an odd number of digits, a leading NUL, a control character.
 */
export function writeHexText(
  out: OutputBuffer,
  bytes: Buffer,
  start: number,
  end: number,
  blankForNul: boolean,
): boolean {
  if (end - start < 2 || ((end - start) & 1) !== 0) return false;
  const length = (end - start) >> 1;
  const at = out.reserve(length);
  const view = out.view;
  for (let i = 0; i < length; i += 1) {
    const high = DIGITS[bytes[start + i * 2]!]!;
    const low = DIGITS[bytes[start + i * 2 + 1]!]!;
    const code = (high << 4) | low;
    if (code < BLANK && (code !== 0 || !blankForNul || i === 0)) return false;
    view.setUint8(at + i, code === 0 ? BLANK : code);
  }
  return true;
}
