import { putBytes, putDecimal, putHex, putUntrusted, putWord, SLACK, type Word } from './put.ts';

/** Bytes of an ASCII literal, to be written with {@link ByteWriter.bytes}; made once, at load. */
export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

const LOWER_DIGITS = ascii('0123456789abcdef');
const MINUS = 0x2d;
const DIGITS = 10;

/**
 * A growing byte buffer for record text. Writing makes no garbage until the buffer has to grow.
 *
 * Text of records is bytes, never a JavaScript string: names of files need not be UTF-8.
 */
export class ByteWriter {
  #buffer: Uint8Array;
  #data: DataView;
  #length = 0;

  /** @param capacity - bytes to begin with; @default 64 KiB */
  constructor(capacity: number = 64 * 1024) {
    this.#buffer = new Uint8Array(capacity + SLACK);
    this.#data = new DataView(this.#buffer.buffer);
  }

  /** Bytes written since the last {@link reset}. */
  get length(): number {
    return this.#length;
  }

  /** What was written; valid until the next write. */
  get view(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  /**
   * The memory it writes to, for the functions of put.ts: {@link reserve} first, write from {@link length}
   * on, and tell with {@link advance}. Valid until the next reserve.
   */
  get data(): DataView {
    return this.#data;
  }

  /** Text was put into {@link data} up to `length`. */
  advance(length: number): void {
    this.#length = length;
  }

  /** Forgets what was written and keeps the memory. */
  reset(): void {
    this.#length = 0;
  }

  /** Takes back everything behind `length` bytes. */
  truncate(length: number): void {
    this.#length = Math.min(length, this.#length);
  }

  /** Makes room for `count` more bytes, and a little slack. */
  reserve(count: number): void {
    if (this.#length + count + SLACK > this.#buffer.length) this.#grow(count);
  }

  /** Writes one byte. */
  byte(value: number): void {
    this.reserve(1);
    this.#buffer[this.#length++] = value;
  }

  /** Writes a constant of up to 8 bytes. */
  word(constant: Word): void {
    this.reserve(constant.length);
    this.#length = putWord(this.#data, this.#length, constant);
  }

  /** Writes a constant; see {@link ascii}. */
  bytes(literal: Uint8Array): void {
    this.reserve(literal.length);
    this.#buffer.set(literal, this.#length);
    this.#length += literal.length;
  }

  /** Writes `[from, to)` of the memory. */
  slice(memory: DataView, from: number, to: number): void {
    this.reserve(to - from);
    this.#length = putBytes(this.#data, this.#length, memory, from, to);
  }

  /** Writes `[from, to)` of the memory as upper-case hex, as `audit_log_n_hex()` does. */
  hexBytes(memory: DataView, from: number, to: number): void {
    this.reserve((to - from) * 2);
    this.#length = putHex(this.#data, this.#length, memory, from, to);
  }

  /** Writes `[from, to)` of the memory in quotes if every byte is harmless, else as hex. */
  untrusted(memory: DataView, from: number, to: number): void {
    this.reserve((to - from) * 2 + 2);
    this.#length = putUntrusted(this.#data, this.#length, memory, from, to);
  }

  /** Writes an unsigned number below 2^53 in decimal. */
  decimal(value: number): void {
    if (value > 0xffffffff) {
      const high = Math.floor(value / 1e9);
      this.decimal(high);
      this.padded(value - high * 1e9, 9);
      return;
    }
    this.reserve(DIGITS);
    this.#length = putDecimal(this.#data, this.#length, value | 0);
  }

  /** Writes an unsigned 32-bit number with exactly `width` digits, zeros in front. */
  padded(value: number, width: number): void {
    this.reserve(width);
    let at = this.#length + width;
    this.#length = at;
    let rest = value;
    for (let i = 0; i < width; i++) {
      const next = (rest / 10) >>> 0;
      this.#buffer[--at] = 48 + (rest - next * 10);
      rest = next;
    }
  }

  /** Writes a signed 32-bit number in decimal. */
  signed(value: number): void {
    if (value < 0) this.byte(MINUS);
    this.decimal(Math.abs(value));
  }

  /** Writes a 64-bit number, given as two halves, in decimal. */
  decimal64(low: number, high: number): void {
    if (high >>> 0 < 0x200000) this.decimal((high >>> 0) * 4294967296 + (low >>> 0));
    else this.bytes(ascii(((BigInt(high >>> 0) << 32n) | BigInt(low >>> 0)).toString()));
  }

  /** Writes an unsigned 32-bit number in lower-case hex without leading zeros, as `%x`. */
  hex(value: number): void {
    let shift = 28;
    while (shift > 0 && ((value >>> shift) & 15) === 0) shift -= 4;
    for (; shift >= 0; shift -= 4) this.byte(LOWER_DIGITS[(value >>> shift) & 15]!);
  }

  /** Writes a 64-bit number, given as two halves, in lower-case hex, as `%lx`. */
  hex64(low: number, high: number): void {
    if (high === 0) {
      this.hex(low);
      return;
    }
    this.hex(high);
    for (let shift = 28; shift >= 0; shift -= 4) this.byte(LOWER_DIGITS[(low >>> shift) & 15]!);
  }

  #grow(count: number): void {
    const larger = new Uint8Array(Math.max(this.#length + count, this.#buffer.length * 2) + SLACK);
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
    this.#data = new DataView(larger.buffer);
  }
}
