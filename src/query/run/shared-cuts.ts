/** Nobody has looked yet. */
const UNKNOWN = 0;
/** There is no place to cut. */
const NONE = -1;

/**
 * Where a log can be cut into segments, as far as one of the threads has looked: the end of a segment is the
 * start of the next, which mostly another thread reads.
 */
export class SharedCuts {
  readonly #cuts: BigInt64Array<SharedArrayBuffer>;

  /** @param memory that of another thread; new memory by default. */
  constructor(count: number, memory?: SharedArrayBuffer) {
    this.#cuts = new BigInt64Array(memory ?? new SharedArrayBuffer(count * BigInt64Array.BYTES_PER_ELEMENT));
  }

  /** What is shared. */
  get memory(): SharedArrayBuffer {
    return this.#cuts.buffer;
  }

  /** The cut before a segment, looked for if no thread has yet; undefined if there is none. */
  get(index: number, look: () => number | undefined): number | undefined {
    const known = Number(Atomics.load(this.#cuts, index));
    if (known !== UNKNOWN) return known < 0 ? undefined : known - 1;
    const found = look();
    // One more than it is, since there may be a cut at 0.
    Atomics.store(this.#cuts, index, BigInt(found === undefined ? NONE : found + 1));
    return found;
  }
}
