/**
 * Bytes of a stream that are not used up yet, in one piece. Views stay valid until the next {@link append}.
 */
export class StreamBuffer {
  /** Holds the bytes from {@link head} to {@link tail}. Replaced when it grows. */
  bytes: Buffer;
  /** First byte that is not used up. */
  head = 0;
  /** End of what has arrived. */
  tail = 0;

  constructor(sizeBytes: number) {
    this.bytes = Buffer.allocUnsafe(sizeBytes);
  }

  /** Takes in a chunk; moves what is left to the front first when there is no room behind it. */
  append(chunk: Uint8Array): void {
    const left = this.tail - this.head;
    if (this.bytes.length - this.tail < chunk.length) {
      const target =
        this.bytes.length - left < chunk.length ? Buffer.allocUnsafe((left + chunk.length) * 2) : this.bytes;
      this.bytes.copy(target, 0, this.head, this.tail);
      this.bytes = target;
      this.head = 0;
      this.tail = left;
    }
    this.bytes.set(chunk, this.tail);
    this.tail += chunk.length;
  }

  /** Whether `text` (ASCII) stands at `offset` and ends before `end`. */
  has(text: Uint8Array, offset: number, end: number): boolean {
    if (offset + text.length > end) return false;
    for (let index = 0; index < text.length; index++) {
      if (this.bytes[offset + index] !== text[index]) return false;
    }
    return true;
  }

  /** Where `byte` first stands in `[from, end)`, -1 when it does not. */
  find(byte: number, from: number, end: number): number {
    const found = this.bytes.indexOf(byte, from);
    return found === -1 || found >= end ? -1 : found;
  }
}
