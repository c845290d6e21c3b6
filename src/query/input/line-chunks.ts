import type { Chunk } from './chunk-store.ts';

const NEWLINE = 0x0a;

/** Lines longer than this are no audit records; they are passed over and counted. */
export const MAX_LINE_BYTES: number = 1 << 20;

/**
 * Cuts a stream of bytes into chunks that end at the end of a line.
 *
 * A line that is cut by the end of a piece is carried to the next one. A line longer than
 * {@link MAX_LINE_BYTES} is dropped, so that a file without newlines cannot fill the memory.
 */
export class LineChunker {
  readonly #file: string;
  #base: number;
  #rest: Buffer | undefined;
  #skipping = false;
  /** Lines that were dropped since the last chunk because they were too long. */
  #longLines = 0;

  constructor(file: string, base: number) {
    this.#file = file;
    this.#base = base;
  }

  /** Offset behind the last byte that was given out or dropped. */
  get offset(): number {
    return this.#base;
  }

  /** Takes the next piece; gives back the lines that it completes. */
  push(piece: Buffer): Chunk | undefined {
    const last = piece.lastIndexOf(NEWLINE);
    if (last < 0) {
      this.#keep(piece);
      return undefined;
    }
    const start = this.#skipping ? piece.indexOf(NEWLINE) + 1 : 0;
    this.#skipping = false;
    const lines = this.#join(piece.subarray(start, last + 1));
    if (last + 1 < piece.length) this.#keep(piece.subarray(last + 1));
    return lines;
  }

  /** The last line, if no newline ended it. */
  end(): Chunk | undefined {
    const isOver = this.#rest === undefined && this.#longLines === 0;
    return isOver ? undefined : this.#join(Buffer.alloc(0));
  }

  #join(lines: Buffer): Chunk {
    const bytes = this.#rest === undefined ? lines : Buffer.concat([this.#rest, lines]);
    this.#rest = undefined;
    const chunk = { bytes, base: this.#base, file: this.#file, longBefore: this.#longLines };
    this.#longLines = 0;
    this.#base += bytes.length;
    return chunk;
  }

  #keep(piece: Buffer): void {
    if (this.#skipping) return;
    const rest = this.#rest === undefined ? Buffer.from(piece) : Buffer.concat([this.#rest, piece]);
    if (rest.length > MAX_LINE_BYTES) {
      this.#rest = undefined;
      this.#skipping = true;
      this.#longLines += 1;
      return;
    }
    this.#rest = rest;
  }
}
