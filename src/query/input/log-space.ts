import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { ByteRange } from './stamp-index.ts';

const NEWLINE = 0x0a;

/** A part of a file. */
export interface LogPiece extends ByteRange {
  readonly path: string;
}

/**
 * Several files, or parts of them, one after another as if they were one. Each ends with a newline, if need
 * be with one that is not in the file, so that no line goes over from one to the next.
 */
export class LogSpace {
  readonly pieces: readonly LogPiece[];
  readonly #descriptors: number[];
  /** Where each piece begins, and where the last one ends. */
  readonly #starts: number[];

  private constructor(pieces: readonly LogPiece[], descriptors: number[]) {
    this.pieces = pieces;
    this.#descriptors = descriptors;
    this.#starts = [0];
    for (const piece of pieces) this.#starts.push(this.sizeBytes + piece.end - piece.start + 1);
  }

  /** Opens files; a piece that ends behind its file ends with it. */
  static open(wanted: readonly LogPiece[]): LogSpace {
    const descriptors: number[] = [];
    try {
      const pieces = wanted.map((piece) => {
        const descriptor = openSync(piece.path, 'r');
        descriptors.push(descriptor);
        return { ...piece, end: Math.max(piece.start, Math.min(piece.end, fstatSync(descriptor).size)) };
      });
      return new LogSpace(pieces, descriptors);
    } catch (error) {
      for (const descriptor of descriptors) closeSync(descriptor);
      throw error;
    }
  }

  /** Bytes of all pieces, with a newline for each. */
  get sizeBytes(): number {
    return this.#starts.at(-1) ?? 0;
  }

  [Symbol.dispose](): void {
    for (const descriptor of this.#descriptors) closeSync(descriptor);
  }

  /** Reads `[start, end)` into a buffer that is large enough. @returns how many bytes. */
  read(start: number, end: number, target: Buffer): number {
    let at = start;
    const limit = Math.min(end, this.sizeBytes);
    for (let i = this.#pieceAt(start); at < limit; i += 1) {
      const next = this.#starts[i + 1] ?? limit;
      const piece = this.pieces[i];
      if (piece === undefined) break;
      const stop = Math.min(limit, next - 1);
      if (stop > at) this.#fill(i, piece.start + at - (this.#starts[i] ?? 0), target, at - start, stop - at);
      at = Math.max(at, stop);
      if (limit === next || limit > stop) {
        target[at - start] = NEWLINE;
        at = Math.min(next, limit);
      }
    }
    return at - start;
  }

  /** The pieces from a place on. */
  from(start: number): LogPiece[] {
    const first = this.#pieceAt(start);
    const [piece, ...later] = this.pieces.slice(first);
    if (piece === undefined) return [];
    const within = start - (this.#starts[first] ?? 0);
    return [{ ...piece, start: Math.min(piece.end, piece.start + within) }, ...later];
  }

  #pieceAt(offset: number): number {
    let low = 0;
    let high = this.pieces.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** A file that was cut off meanwhile leaves empty lines. */
  #fill(index: number, position: number, target: Buffer, at: number, size: number): void {
    let done = 0;
    while (done < size) {
      const count = readSync(this.#descriptors[index] ?? -1, target, at + done, size - done, position + done);
      if (count === 0) break;
      done += count;
    }
    target.fill(NEWLINE, at + done, at + size);
  }
}
