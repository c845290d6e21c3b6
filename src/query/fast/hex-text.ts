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
  for (let at = start; at < end; at += 2) {
    const high = DIGITS[bytes[at]!]!;
    const low = DIGITS[bytes[at + 1]!]!;
    if (high < 0 || low < 0) return false;
    let code = (high << 4) | low;
    if (code < BLANK) {
      if (code !== 0 || !blankForNul || at === start) return false;
      code = BLANK;
    }
    out.byte(code);
  }
  return true;
}
