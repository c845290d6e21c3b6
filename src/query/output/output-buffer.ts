/**
 * Collects output as bytes. Strings are written at once, so that they die young: a batch of output that is
 * kept as strings until its end costs more in garbage collection than in making it.
 */
export class OutputBuffer {
  #bytes: Buffer<ArrayBuffer>;
  #used = 0;

  constructor(sizeBytes: number) {
    this.#bytes = Buffer.allocUnsafeSlow(sizeBytes);
  }

  /** Adds a latin-1 string: one byte for each character. */
  write(text: string): void {
    const end = this.#used + text.length;
    if (end > this.#bytes.length) this.#grow(end);
    this.#bytes.write(text, this.#used, 'latin1');
    this.#used = end;
  }

  /** What was collected, in memory of its own; the buffer begins anew. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.#bytes.subarray(0, this.#used);
    this.#bytes = Buffer.allocUnsafeSlow(this.#bytes.length);
    this.#used = 0;
    return taken;
  }

  #grow(needed: number): void {
    const bigger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(bigger, 0, 0, this.#used);
    this.#bytes = bigger;
  }
}
