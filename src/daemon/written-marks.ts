/** Events begin at least this far apart in the ring: the smallest chunk has 768 bytes. */
const SLOT_SHIFT = 9;
const WRITTEN = 1;
const UNDER_WAY = 2;

/** Bytes that {@link WrittenMarks} needs for a ring of this size. */
export function marksBytes(ringSize: number): number {
  return ringSize >> SLOT_SHIFT;
}

/**
 * Notes in shared memory which events of the ring are in the log though an older one still waits there: the room
 * of all is given back together, and a reader that starts after a kill must not write these again.
 *
 * Marks are set before the batch is written and made firm after it; which of both happened, the journal knows.
 */
export class WrittenMarks {
  readonly #marks: Uint8Array;
  readonly #ringSize: number;
  #any = false;
  readonly #underWay: number[] = [];

  /**
   * @param marks - {@link marksBytes} bytes that outlive the process
   * @param ringSize - in bytes, a power of two
   */
  constructor(marks: Uint8Array, ringSize: number) {
    this.#marks = marks;
    this.#ringSize = ringSize;
  }

  /** What an earlier reader left: its last batch is in the log, or it is not. */
  recover(isWritten: boolean): void {
    for (let slot = this.#marks.indexOf(UNDER_WAY); slot >= 0; slot = this.#marks.indexOf(UNDER_WAY, slot)) {
      this.#marks[slot] = isWritten ? WRITTEN : 0;
    }
    this.#any = this.#marks.includes(WRITTEN);
  }

  /** Whether an earlier reader has written the event at this position. */
  isWritten(position: number): boolean {
    return this.#any && this.#marks[this.#slot(position)] === WRITTEN;
  }

  /**
   * A batch is going to be written.
   *
   * @param positions - of its events; those before `end` need no mark
   * @param end - up to where the ring is released afterwards
   */
  begin(positions: readonly number[], end: number): void {
    for (const position of positions) {
      if (position < end) continue;
      this.#underWay.push(this.#slot(position));
      this.#marks[this.#slot(position)] = UNDER_WAY;
    }
  }

  /** The batch is in the log. */
  written(): void {
    for (const slot of this.#underWay.splice(0)) {
      this.#marks[slot] = WRITTEN;
      this.#any = true;
    }
  }

  /**
   * The room between two positions is about to be given back.
   *
   * @param to - where an event begins that is not written, or where nothing is yet
   */
  release(from: number, to: number): void {
    if (!this.#any || to <= from) return;
    const first = this.#slot(from);
    const last = this.#slot(to - 1);
    if (to - from >= this.#ringSize) this.#marks.fill(0);
    else if (first <= last) this.#marks.fill(0, first, last + 1);
    else {
      this.#marks.fill(0, first);
      this.#marks.fill(0, 0, last + 1);
    }
  }

  #slot(position: number): number {
    return (position % this.#ringSize) >> SLOT_SHIFT;
  }
}
