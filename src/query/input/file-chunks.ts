import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { Chunk } from './chunk-store.ts';

const NEWLINE = 0x0a;
const NOTHING = Buffer.alloc(0);
const CHUNK_BYTES = 2 << 20;
/** More buffers than a ChunkStore keeps chunks, so that one is free to be filled. */
const RING = 8;

/** Buffers that are filled in turn: a chunk is valid until {@link RING} - 1 others have been made. */
export class BufferRing {
  readonly #buffers: Buffer[] = [];
  #next = 0;

  /** The buffer to fill: the same one until a chunk is made of it. */
  get free(): Buffer {
    return (this.#buffers[this.#next] ??= Buffer.allocUnsafeSlow(CHUNK_BYTES));
  }

  /** Says that a chunk is made of the free buffer. */
  use(): void {
    this.#next = (this.#next + 1) % RING;
  }
}

/**
 * Reads a file, or a part of it, as chunks that end at the end of a line.
 *
 * @param base bytes of input before this file.
 * @param range where to begin and to stop, at the starts of lines; the whole file by default.
 */
export function* fileChunks(
  path: string,
  base: number,
  ring: BufferRing,
  range: { readonly start: number; readonly end: number } = { start: 0, end: Infinity },
): Generator<Chunk> {
  const fd = openSync(path, 'r');
  try {
    let position = range.start;
    let inLongLine = false;
    for (;;) {
      const buffer = ring.free;
      const limit = Math.min(buffer.length, range.end - position);
      const size = limit <= 0 ? 0 : fill(fd, buffer, limit, position);
      if (size === 0) break;
      const bytes = buffer.subarray(0, size);
      const first = inLongLine ? bytes.indexOf(NEWLINE) + 1 : 0;
      const last = bytes.lastIndexOf(NEWLINE) + 1;
      const atEnd = size < limit || position + size >= Math.min(range.end, fstatSync(fd).size);
      const end = last === 0 && atEnd && !inLongLine ? size : atEnd ? size : last;
      if (end === 0) {
        inLongLine = true;
        position += size;
        continue;
      }
      if (inLongLine && first === 0) break;
      if (end > first) {
        ring.use();
        const chunk = { bytes: bytes.subarray(first, end), base: base + position + first, file: path };
        yield inLongLine ? { ...chunk, longBefore: 1 } : chunk;
        inLongLine = false;
      }
      position += end;
    }
    if (inLongLine) yield { bytes: NOTHING, base: base + position, file: path, longBefore: 1 };
  } finally {
    closeSync(fd);
  }
}

function fill(fd: number, buffer: Buffer, limit: number, position: number): number {
  let size = 0;
  while (size < limit) {
    const read = readSync(fd, buffer, size, limit - size, position + size);
    if (read === 0) break;
    size += read;
  }
  return size;
}
