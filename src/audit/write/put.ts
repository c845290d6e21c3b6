/**
 * Writing text into memory, the way C does: each function puts something at `at` and returns where the text
 * goes on. They check no room, may write up to {@link SLACK} bytes of nothing behind the text and read as many
 * behind what they copy, and make no garbage. {@link ByteWriter} is the same with room of its own.
 *
 * A DataView stores up to 8 bytes at once at any offset, which is many times faster than byte by byte.
 */

/** Bytes behind the text, and behind what is copied, that must be there. */
export const SLACK = 8;

/** A constant of up to 8 bytes, kept in one number: {@link putWord} writes it with one store. */
export interface Word {
  /** The bytes, zeros behind them, as a little-endian double. ASCII never has the bits of a NaN. */
  readonly bits: number;
  /** How many bytes count. */
  readonly length: number;
}

const QUOTE = 0x22;
const MINUS = 0x2d;

/** `000` to `999`: three digits in the lower bytes. */
const TRIPLES = Int32Array.from({ length: 1000 }, (_, i) => littleEndian(String(i).padStart(3, '0')));
/** `0` to `999`: the digits, and how many they are in the highest byte. */
const LEADING = Int32Array.from({ length: 1000 }, (_, i) => {
  const digits = String(i);
  return littleEndian(digits) | (digits.length << 24);
});
/** `00` to `FF` */
const HEX_PAIRS = Int16Array.from({ length: 256 }, (_, i) =>
  littleEndian(i.toString(16).toUpperCase().padStart(2, '0')),
);

/** What counts of the last two words, by how many bytes are left; and what is harmless in place of the rest. */
const KEPT = Int32Array.of(0, 0xff, 0xffff, 0xffffff, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0xff, 0xffff, 0xffffff);
const FILL = KEPT.map((kept) => ~kept & 0x61616161);

function littleEndian(text: string): number {
  let bits = 0;
  for (let i = 0; i < text.length; i++) bits |= text.charCodeAt(i) << (8 * i);
  return bits;
}

/**
 * Makes a {@link Word}; once, at load.
 *
 * @param text - up to 8 ASCII characters
 */
export function word(text: string): Word {
  if (text.length > 8) throw new RangeError(`longer than 8 bytes: ${text}`);
  const view = new DataView(new ArrayBuffer(8));
  for (let i = 0; i < text.length; i++) view.setUint8(i, text.charCodeAt(i));
  return { bits: view.getFloat64(0, true), length: text.length };
}

/** Puts a constant. */
export function putWord(text: DataView, at: number, constant: Word): number {
  text.setFloat64(at, constant.bits, true);
  return at + constant.length;
}

/** A longer constant, in words. */
export interface Phrase {
  readonly words: Float64Array;
  readonly length: number;
}

/** Makes a {@link Phrase} of ASCII characters; once, at load. */
export function phrase(text: string): Phrase {
  const parts = text.match(/.{1,8}/gsu) ?? [];
  return { words: Float64Array.from(parts, (part) => word(part).bits), length: text.length };
}

/** Puts a longer constant. */
export function putPhrase(text: DataView, at: number, constant: Phrase): number {
  const words = constant.words;
  for (let i = 0; i < words.length; i++) text.setFloat64(at + 8 * i, words[i]!, true);
  return at + constant.length;
}

/** Puts three digits, zeros in front. */
export function putTriple(text: DataView, at: number, value: number): number {
  text.setInt32(at, TRIPLES[value]!, true);
  return at + 3;
}

/** Puts a number below 1000 without leading zeros. */
function putLeading(text: DataView, at: number, value: number): number {
  const digits = LEADING[value]!;
  text.setInt32(at, digits, true);
  return at + (digits >>> 24);
}

/**
 * Puts an unsigned 32-bit number in decimal.
 *
 * @param bits - the number; only its bits count, so it may come as a signed one
 */
export function putDecimal(text: DataView, at: number, bits: number): number {
  if (bits >= 0 && bits < 1000) return putLeading(text, at, bits);
  const thousands = ((bits >>> 0) / 1000) >>> 0;
  const rest = ((bits >>> 0) - thousands * 1000) | 0;
  return putTriple(text, putThousands(text, at, thousands), rest);
}

function putThousands(text: DataView, at: number, value: number): number {
  if (value < 1000) return putLeading(text, at, value);
  const thousands = (value / 1000) | 0;
  const rest = (value - thousands * 1000) | 0;
  if (thousands < 1000) return putTriple(text, putLeading(text, at, thousands), rest);
  const milliards = (thousands / 1000) | 0;
  const next = putTriple(text, putLeading(text, at, milliards), thousands - milliards * 1000);
  return putTriple(text, next, rest);
}

/** Puts a signed 32-bit number in decimal. */
export function putSigned(text: DataView, at: number, value: number): number {
  if (value >= 0) return putDecimal(text, at, value);
  text.setUint8(at, MINUS);
  return putDecimal(text, at + 1, -value | 0);
}

/** Puts `[from, to)` of the memory as it is. */
export function putBytes(text: DataView, at: number, memory: DataView, from: number, to: number): number {
  let next = at;
  for (let i = from; i < to; i += 4, next += 4) text.setInt32(next, memory.getInt32(i, true), true);
  return at + to - from;
}

/** Puts `[from, to)` of the memory as upper-case hex, as `audit_log_n_hex()` does. */
export function putHex(text: DataView, at: number, memory: DataView, from: number, to: number): number {
  let next = at;
  for (let i = from; i < to; i++, next += 2) text.setInt16(next, HEX_PAIRS[memory.getUint8(i)]!, true);
  return next;
}

/**
 * Puts `[from, to)` of the memory as `audit_log_n_untrustedstring()` does: in quotes if every byte is
 * harmless, else the whole value as upper-case hex without quotes. This is what keeps a file name from forging
 * a field.
 *
 * Copies and checks 8 bytes at a time. The sums tell in bit 7 of each byte that it is above 0x7e (`high`), or
 * below 0x23 (`low`); a byte above 0x7f disturbs the sums of its neighbours, but is itself in `high`.
 */
export function putUntrusted(text: DataView, at: number, memory: DataView, from: number, to: number): number {
  let next = at + 1;
  let i = from;
  let high = 0;
  let low = -1;
  text.setUint8(at, QUOTE);
  for (; i + 8 <= to; i += 8) {
    const a = memory.getInt32(i, true);
    const b = memory.getInt32(i + 4, true);
    text.setInt32(next, a, true);
    text.setInt32(next + 4, b, true);
    high |= a | b | (a + 0x01010101) | (b + 0x01010101);
    low &= (a + 0x5d5d5d5d) & (b + 0x5d5d5d5d);
    next += 8;
  }
  const rest = to - i;
  if (rest > 0) {
    const a = memory.getInt32(i, true);
    const b = memory.getInt32(i + 4, true);
    text.setInt32(next, a, true);
    text.setInt32(next + 4, b, true);
    const c = (a & KEPT[rest]!) | FILL[rest]!;
    const d = (b & KEPT[rest + 8]!) | FILL[rest + 8]!;
    high |= c | d | (c + 0x01010101) | (d + 0x01010101);
    low &= (c + 0x5d5d5d5d) & (d + 0x5d5d5d5d);
    next += rest;
  }
  // `!` is harmless too, but as low as the quote.
  if (((high | ~low) & 0x80808080) !== 0 && needsHex(memory, from, to))
    return putHex(text, at, memory, from, to);
  text.setUint8(next, QUOTE);
  return next + 1;
}

/**
 * Whether the kernel would print these bytes in hex: `audit_string_contains_control()` of kernel/audit.c, any
 * byte that is `"` or outside of 0x21-0x7e.
 */
export function needsHex(memory: DataView, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const byte = memory.getUint8(i);
    if (byte === QUOTE || byte < 0x21 || byte > 0x7e) return true;
  }
  return false;
}

/** Index of the first NUL in `[from, to)` of the memory, or `to`. */
export function stringEnd(memory: DataView, from: number, to: number): number {
  for (let i = from; i < to; i += 4) {
    const four = memory.getInt32(i, true);
    const zeros = (four - 0x01010101) & ~four & 0x80808080;
    if (zeros !== 0) return Math.min(to, i + ((31 - Math.clz32(zeros & -zeros)) >> 3));
  }
  return to;
}
