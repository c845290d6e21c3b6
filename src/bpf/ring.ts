import { Mapping, pageSize } from '../sys/memory.ts';

/** Bits of `struct bpf_ringbuf_hdr.len`, include/uapi/linux/bpf.h */
const BUSY = 0x80000000 | 0;
const DISCARD = 0x40000000;
const HEAD = 8;
/** How much of the begin is mapped again: the longest chunk. All of it would count twice as resident memory. */
const LONGEST = 64 * 1024;

/** Chunks that are looked for before the first of them is handed over. */
const AHEAD = 32;

/** Called for every committed chunk: its offset in {@link Ring.bytes} and its length, both in bytes. */
export type ChunkHandler = (at: number, length: number) => void;

/**
 * The consumer's side of a `BPF_MAP_TYPE_RINGBUF`, mapped into memory: kernel/bpf/ringbuf.c.
 *
 * Positions count bytes since the ring was made; the consumer's lies in the kernel, so a new reader of a
 * pinned ring goes on where the last one released. There must be one reader only. Nothing is copied:
 * {@link bytes} is the ring itself, its begin mapped once more behind its end so that no chunk is ever split.
 */
export class Ring implements Disposable {
  /** Data of the ring, and its first bytes again. */
  readonly bytes: Uint8Array;
  /** The same memory. */
  readonly view: DataView;
  /** Size in bytes, a power of two. */
  readonly size: number;
  readonly #consumer: Mapping;
  readonly #producer: Mapping;
  readonly #consumerPosition: BigUint64Array;
  readonly #producerWords: Int32Array;
  readonly #data: Int32Array;
  readonly #offsets = new Int32Array(AHEAD);
  readonly #lengths = new Int32Array(AHEAD);
  /** For the barrier between the heads and what they tell of. */
  readonly #fence = new Int32Array(1);
  #next: number;

  /**
   * @param fd - the map; stays the caller's
   * @param size - `max_entries` of the map
   */
  constructor(fd: number, size: number) {
    const page = pageSize();
    this.size = size;
    this.#consumer = new Mapping(fd, page, 0, true, 'consumer page of the ring');
    try {
      const length = page + size + Math.min(size, LONGEST);
      this.#producer = new Mapping(fd, length, page, false, 'ring');
    } catch (error) {
      this.#consumer[Symbol.dispose]();
      throw error;
    }
    this.#consumerPosition = new BigUint64Array(this.#consumer.buffer, 0, 1);
    this.#producerWords = new Int32Array(this.#producer.buffer, 0, 2);
    this.#data = new Int32Array(this.#producer.buffer, page, size / 4);
    this.bytes = new Uint8Array(this.#producer.buffer, page);
    this.view = new DataView(this.#producer.buffer, page);
    this.#next = Number(Atomics.load(this.#consumerPosition, 0));
  }

  /** Position up to which chunks were walked. */
  get position(): number {
    return this.#next;
  }

  /** Position up to which the kernel has reserved. */
  get end(): number {
    return this.#produced();
  }

  /** Bytes between what was released and what the kernel has reserved. */
  get fill(): number {
    return this.#produced() - Number(Atomics.load(this.#consumerPosition, 0));
  }

  /** Whether {@link walk} would find the ring at its end. */
  get empty(): boolean {
    return this.#next >= this.#produced();
  }

  /**
   * Walks the committed chunks from the position on, in the order in which they were reserved, and stops at
   * one that is still being written. Gives no room back: see {@link release}.
   *
   * @param limit - bytes after which to stop, so that the event loop gets its turn
   * @returns how many chunks were handed over
   */
  walk(handler: ChunkHandler, limit: number = this.size): number {
    const last = this.#next + limit;
    let chunks = 0;
    const offsets = this.#offsets;
    const lengths = this.#lengths;
    for (;;) {
      const found = this.#find(Math.min(this.#produced(), last) - this.#next);
      for (let i = 0; i < found; i++) handler(offsets[i]!, lengths[i]!);
      chunks += found;
      if (found < AHEAD) return chunks;
    }
  }

  /**
   * Gives the room of what was walked back to the kernel; what lies there may be overwritten at once.
   *
   * @param position - up to where; @default all that was walked
   */
  release(position: number = this.#next): void {
    Atomics.store(this.#consumerPosition, 0, BigInt(position));
  }

  /**
   * Position of a chunk that is still needed, by its offset as {@link walk} gave it: it and all behind it stay
   * when the ring is released to there. Without one, the position up to which chunks were walked.
   */
  positionOf(from?: number): number {
    if (from === undefined) return this.#next;
    const released = Number(Atomics.load(this.#consumerPosition, 0));
    return released + ((from - HEAD - released) & (this.size - 1));
  }

  /** Leaves out what lies before `position`, since an earlier reader has dealt with it. */
  skipTo(position: bigint): void {
    if (Number(position) <= this.#next || Number(position) > this.#produced()) return;
    this.#next = Number(position);
    this.release();
  }

  /**
   * Finds the next committed chunks, up to {@link AHEAD}, and steps over them: one barrier does for all.
   *
   * @param bytes - how far to look
   */
  #find(bytes: number): number {
    const mask = this.size - 1;
    const data = this.#data;
    const offsets = this.#offsets;
    const lengths = this.#lengths;
    // small numbers only: positions are too big to be kept without garbage
    const begin = this.#next & mask;
    let stepped = 0;
    let found = 0;
    while (stepped < bytes && found < AHEAD) {
      const offset = (begin + stepped) & mask;
      const word = data[offset >> 2]!;
      if ((word & BUSY) !== 0) break;
      const length = word & 0x3fffffff;
      if ((word & DISCARD) === 0) {
        offsets[found] = offset + HEAD;
        lengths[found] = length;
        found++;
      }
      stepped = (stepped + length + HEAD + 7) & ~7;
    }
    // what is read from here on was written before the heads that were read above
    Atomics.exchange(this.#fence, 0, 0);
    this.#next += stepped;
    return found;
  }

  [Symbol.dispose](): void {
    this.#producer[Symbol.dispose]();
    this.#consumer[Symbol.dispose]();
  }

  #produced(): number {
    const low = Atomics.load(this.#producerWords, 0) >>> 0;
    return (Atomics.load(this.#producerWords, 1) >>> 0) * 4294967296 + low;
  }
}
