/** Shorter pieces are copied word by word: a call into the runtime costs more than they do. */
const LONG_BYTES = 256;
const MAX_SPARE = 4;

/** Bytes that are written again and again. */
export interface FixedText {
  readonly bytes: Buffer;
  readonly view: DataView;
}

/** A latin-1 string as {@link FixedText}. */
export function fixedText(text: string): FixedText {
  const bytes = Buffer.from(text, 'latin1');
  return { bytes, view: viewOf(bytes) };
}

/** A view of the memory of a buffer. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * Collects output as bytes. Strings are written at once, so that they die young: a batch of output that is
 * kept as strings until its end costs more in garbage collection than in making it.
 */
export class OutputBuffer {
  #bytes: Buffer<ArrayBuffer>;
  #view: DataView;
  #used = 0;
  readonly #spare: ArrayBuffer[] = [];

  constructor(sizeBytes: number) {
    this.#bytes = Buffer.allocUnsafeSlow(sizeBytes);
    this.#view = viewOf(this.#bytes);
  }

  /** Bytes so far. */
  get used(): number {
    return this.#used;
  }

  /** Takes back what was written behind an earlier {@link used}. */
  rewind(used: number): void {
    this.#used = used;
  }

  /** Adds a latin-1 string: one byte for each character. */
  write(text: string): void {
    const at = this.#advance(text.length);
    this.#bytes.write(text, at, 'latin1');
  }

  /** Adds one byte. */
  byte(value: number): void {
    const at = this.#advance(1);
    this.#view.setUint8(at, value);
  }

  /** Adds a text that is written often. */
  fixed(text: FixedText): void {
    this.copy(text.bytes, text.view, 0, text.bytes.length);
  }

  /** Adds `bytes[start, end)`; `view` is a view of the same bytes. */
  copy(bytes: Buffer, view: DataView, start: number, end: number): void {
    const length = end - start;
    const at = this.#advance(length);
    if (length > LONG_BYTES) bytes.copy(this.#bytes, at, start, end);
    else copyWords(view, start, this.#view, at, length);
  }

  /** Adds again what was written at an earlier place. */
  again(from: number, length: number): void {
    const at = this.#advance(length);
    copyWords(this.#view, from, this.#view, at, length);
  }

  /** Adds a whole number that is not negative, in decimal. */
  number(value: number, minDigits = 1): void {
    let digits = minDigits;
    for (let limit = 10 ** minDigits; value >= limit; limit *= 10) digits += 1;
    const at = this.#advance(digits);
    let rest = value;
    for (let i = digits - 1; i >= 0; i -= 1) {
      const next = Math.floor(rest / 10);
      this.#view.setUint8(at + i, 0x30 + (rest - next * 10));
      rest = next;
    }
  }

  /** What was collected, in memory of its own; the buffer begins anew. */
  take(): Uint8Array<ArrayBuffer> {
    if (this.#used === 0) return new Uint8Array(0);
    const taken = this.#bytes.subarray(0, this.#used);
    const spare = this.#spare.pop();
    this.#bytes = spare === undefined ? Buffer.allocUnsafeSlow(this.#bytes.length) : Buffer.from(spare);
    this.#view = viewOf(this.#bytes);
    this.#used = 0;
    return taken;
  }

  /** Takes back memory that {@link take} gave away: new memory costs more than what is written into it. */
  takeBack(memory: ArrayBuffer): void {
    if (this.#spare.length < MAX_SPARE && memory.byteLength >= this.#bytes.length) this.#spare.push(memory);
  }

  /** Room that the caller fills: where it begins in {@link view}, as this is until the next call. */
  reserve(length: number): number {
    return this.#advance(length);
  }

  /** A view of all that was collected. */
  get view(): DataView {
    return this.#view;
  }

  /** Makes room, and says where it begins. */
  #advance(length: number): number {
    const at = this.#used;
    const end = at + length;
    if (end > this.#bytes.length) this.#grow(end);
    this.#used = end;
    return at;
  }

  #grow(needed: number): void {
    const bigger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(bigger, 0, 0, this.#used);
    this.#bytes = bigger;
    this.#view = viewOf(bigger);
  }
}

function copyWords(from: DataView, start: number, to: DataView, at: number, length: number): void {
  let i = 0;
  for (; i + 4 <= length; i += 4) to.setInt32(at + i, from.getInt32(start + i, true), true);
  for (; i < length; i += 1) to.setUint8(at + i, from.getUint8(start + i));
}
