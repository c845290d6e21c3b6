import { SPAN_WIDTH } from '../../audit/group/grouped-event.ts';

/**
 * Knows where in the input the byte strings of a query stand, and so which events can match: those that have
 * a record with one of them.
 */
export class HitFilter {
  readonly #offsets: number[] = [];
  /** From here to there nothing is known, and every event can match. */
  readonly #unknown: (readonly [from: number, to: number])[] = [];

  /** Adds where the strings stand, in rising order. */
  addHits(offsets: readonly number[], base: number): void {
    for (const offset of offsets) this.#offsets.push(base + offset);
  }

  /** Says that nothing is known of a part of the input. */
  addUnknown(from: number, to: number): void {
    this.#unknown.push([from, to]);
  }

  /** Whether nothing was added. */
  get isEmpty(): boolean {
    return this.#offsets.length === 0 && this.#unknown.length === 0;
  }

  /** Whether one of the strings begins in a part of the input. */
  hasBetween(start: number, end: number): boolean {
    const hit = this.#offsets[this.#indexFrom(start)];
    return hit !== undefined && hit < end;
  }

  /** Whether an event can match. @param spans offset, length and type of its records. */
  admits(spans: readonly number[]): boolean {
    for (let i = 0; i < spans.length; i += SPAN_WIDTH) {
      const start = spans[i] ?? 0;
      if (this.#unknown.some(([from, to]) => start >= from && start < to)) return true;
      if (this.hasBetween(start, start + (spans[i + 1] ?? 0))) return true;
    }
    return false;
  }

  /** Index of the first offset that is not below `offset`. */
  #indexFrom(offset: number): number {
    let low = 0;
    let high = this.#offsets.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#offsets[middle] ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
