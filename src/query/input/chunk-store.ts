import type { GroupedEvent } from '../../audit/group/grouped-event.ts';

/** A piece of the input that ends at the end of a line. */
export interface Chunk {
  readonly bytes: Buffer;
  /** Bytes of the input before this chunk. */
  readonly base: number;
  /** Which file it is from, for messages. */
  readonly file: string;
  /** Lines before this chunk that were too long to be kept. */
  readonly longBefore?: number;
}

/** How many chunks are kept, so that records of events in flight can be taken from them. */
const KEPT_CHUNKS = 6;

/**
 * Keeps the last chunks of the input, and single records that are still needed when their chunk goes.
 *
 * Memory is bounded by the chunks and by the records of events in flight.
 */
export class ChunkStore {
  readonly #chunks: Chunk[] = [];
  readonly #users: (readonly GroupedEvent[])[] = [];
  readonly #saved = new Map<number, Buffer>();
  #last: Chunk | undefined;

  /**
   * Adds the newest chunk.
   *
   * @param users the events that have records in it, filled while it is read: so no more of them are looked at
   *   when it goes than it has lines, however many are in flight.
   */
  add(chunk: Chunk, users: readonly GroupedEvent[]): void {
    this.#chunks.push(chunk);
    this.#users.push(users);
    if (this.#chunks.length <= KEPT_CHUNKS) return;
    const oldest = this.#chunks.shift();
    const needing = this.#users.shift() ?? [];
    if (oldest === undefined) return;
    if (this.#last === oldest) this.#last = undefined;
    for (const event of needing) if (event.isInFlight) this.#save(event.spans, oldest);
  }

  /** Copies a record to a target. */
  copy(offset: number, length: number, target: Buffer, at: number): void {
    const chunk = this.#find(offset);
    if (chunk !== undefined) {
      const start = offset - chunk.base;
      chunk.bytes.copy(target, at, start, start + length);
      return;
    }
    this.#saved.get(offset)?.copy(target, at);
    this.#saved.delete(offset);
  }

  #save(spans: readonly number[], chunk: Chunk): void {
    for (let i = 0; i < spans.length; i += 3) {
      const offset = spans[i] ?? 0;
      const start = offset - chunk.base;
      if (start < 0 || start >= chunk.bytes.length) continue;
      this.#saved.set(offset, Buffer.from(chunk.bytes.subarray(start, start + (spans[i + 1] ?? 0))));
    }
  }

  #find(offset: number): Chunk | undefined {
    if (holds(this.#last, offset)) return this.#last;
    for (let i = this.#chunks.length - 1; i >= 0; i -= 1) {
      const chunk = this.#chunks[i];
      if (holds(chunk, offset)) {
        this.#last = chunk;
        return chunk;
      }
    }
    return undefined;
  }
}

function holds(chunk: Chunk | undefined, offset: number): boolean {
  return chunk !== undefined && offset >= chunk.base && offset < chunk.base + chunk.bytes.length;
}
