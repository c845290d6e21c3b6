/** Ring bytes that have one word: no two events begin in the same block, the smallest takes 768 bytes. */
const BLOCK = 512;

/** What the words say of an event: its batch is being written, or is in the log. */
const UNDER_WAY = 1;
const WRITTEN = 2;

/** Words that {@link WrittenNotes} need for a ring of so many bytes. */
export function wordsFor(ringSize: number): number {
  return ringSize / BLOCK;
}

/**
 * Which events are in the log already though their room in the ring is not released, since an older one still
 * waits for its records. A reader that starts after a kill leaves these out: none stands twice in the log.
 *
 * The notes lie in shared memory that outlives the reader, one word for each 512 bytes of the ring. A word
 * carries the lap of the ring it is about, so old ones need not be cleared.
 */
export class WrittenNotes {
  readonly #words: Uint32Array;
  readonly #ringSize: number;

  /** @param words - shared memory, {@link wordsFor} the ring */
  constructor(words: Uint32Array, ringSize: number) {
    this.#words = words;
    this.#ringSize = ringSize;
  }

  /** Events at these positions are in the batch that is going to be written. */
  begin(positions: readonly number[]): void {
    for (const position of positions) this.#note(position, UNDER_WAY);
  }

  /** The batch is in the log. */
  commit(positions: readonly number[]): void {
    for (const position of positions) this.#note(position, WRITTEN);
  }

  /** Decides about a batch that was under way when the last reader was killed. */
  settle(isWritten: boolean): void {
    const words = this.#words;
    for (let i = 0; i < words.length; i++) {
      if ((words[i]! & 3) === UNDER_WAY) words[i] = isWritten ? words[i]! + (WRITTEN - UNDER_WAY) : 0;
    }
  }

  /** Whether the event at this position is in the log. */
  has(position: number): boolean {
    return this.#words[this.#index(position)] === this.#tag(position) + WRITTEN;
  }

  #note(position: number, what: number): void {
    this.#words[this.#index(position)] = this.#tag(position) + what;
  }

  #index(position: number): number {
    return Math.floor((position % this.#ringSize) / BLOCK);
  }

  /** Never 0, which is what fresh memory says. */
  #tag(position: number): number {
    return ((Math.floor(position / this.#ringSize) + 1) * 4) >>> 0;
  }
}
