/** Bytes of an ASCII literal, to be written with {@link ByteWriter.bytes}; made once, at load. */
export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

const DIGITS = ascii('0123456789ABCDEF');
const LOWER_DIGITS = ascii('0123456789abcdef');

/**
 * A growing byte buffer for record text. Writing makes no garbage until the buffer has to grow.
 *
 * Text of records is bytes, never a JavaScript string: names of files need not be UTF-8.
 */
export class ByteWriter {
  readonly #first: Uint8Array;
  #buffer: Uint8Array;
  #length = 0;

  /** @param memory - to begin with, or its size in bytes; @default 64 KiB */
  constructor(memory: number | Uint8Array = 64 * 1024) {
    this.#first = typeof memory === 'number' ? new Uint8Array(memory) : memory;
    this.#buffer = this.#first;
  }

  /** Bytes written since the last {@link reset}. */
  get length(): number {
    return this.#length;
  }

  /** What was written; valid until the next write. */
  get view(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  /** Whether it writes to this memory, the one it was given, and has room for `count` more bytes in it. */
  within(memory: Uint8Array, count: number): boolean {
    return this.#buffer === memory && this.#length + count <= memory.length;
  }

  /** Somebody else has written to its memory, up to `length`. */
  advance(length: number): void {
    this.#length = length;
  }

  /** Forgets what was written and goes back to the memory it began with. */
  reset(): void {
    this.#length = 0;
    this.#buffer = this.#first;
  }

  /** Takes back everything behind `length` bytes. */
  truncate(length: number): void {
    this.#length = Math.min(length, this.#length);
  }

  /** Makes room for `count` more bytes, so that a run of single writes need not check. */
  reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#buffer.length * 2));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }

  /** Writes one byte. */
  byte(value: number): void {
    if (this.#length === this.#buffer.length) this.reserve(1);
    this.#buffer[this.#length++] = value;
  }

  /** Writes a short constant; see {@link ascii}. */
  bytes(literal: Uint8Array): void {
    const count = literal.length;
    this.reserve(count);
    const buffer = this.#buffer;
    let at = this.#length;
    for (let i = 0; i < count; i++) buffer[at++] = literal[i]!;
    this.#length = at;
  }

  /** Writes `source[from, to)`. */
  slice(source: Uint8Array, from: number, to: number): void {
    const count = to - from;
    this.reserve(count);
    const buffer = this.#buffer;
    let at = this.#length;
    if (count > 64) buffer.set(source.subarray(from, to), at);
    else for (let i = from; i < to; i++) buffer[at++] = source[i]!;
    this.#length += count;
  }

  /** Writes `source[from, to)` as upper-case hex, as `audit_log_n_hex()` does. */
  hexBytes(source: Uint8Array, from: number, to: number): void {
    this.reserve((to - from) * 2);
    const buffer = this.#buffer;
    let at = this.#length;
    for (let i = from; i < to; i++) {
      const value = source[i]!;
      buffer[at++] = DIGITS[value >> 4]!;
      buffer[at++] = DIGITS[value & 15]!;
    }
    this.#length = at;
  }

  /** Writes an unsigned number below 2^53 in decimal. */
  decimal(value: number): void {
    if (value > 0xffffffff) {
      const high = Math.floor(value / 1e9);
      this.decimal(high);
      this.padded(value - high * 1e9, 9);
      return;
    }
    let digits = 1;
    for (let limit = 10; digits < 10 && value >= limit; limit *= 10) digits++;
    this.padded(value, digits);
  }

  /** Writes an unsigned 32-bit number with exactly `width` digits, zeros in front. */
  padded(value: number, width: number): void {
    this.reserve(width);
    const buffer = this.#buffer;
    let at = this.#length + width;
    this.#length = at;
    let rest = value;
    for (let i = 0; i < width; i++) {
      const next = (rest / 10) >>> 0;
      buffer[--at] = 48 + (rest - next * 10);
      rest = next;
    }
  }

  /** Writes a signed 32-bit number in decimal. */
  signed(value: number): void {
    if (value < 0) {
      this.byte(45);
      this.decimal(-value);
    } else {
      this.decimal(value);
    }
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
    this.reserve(8);
    for (; shift >= 0; shift -= 4) this.#buffer[this.#length++] = LOWER_DIGITS[(value >>> shift) & 15]!;
  }

  /** Writes a 64-bit number, given as two halves, in lower-case hex, as `%lx`. */
  hex64(low: number, high: number): void {
    if (high === 0) {
      this.hex(low);
      return;
    }
    this.hex(high);
    this.reserve(8);
    for (let shift = 28; shift >= 0; shift -= 4) {
      this.#buffer[this.#length++] = LOWER_DIGITS[(low >>> shift) & 15]!;
    }
  }
}
