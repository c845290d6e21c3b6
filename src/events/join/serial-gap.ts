/**
 * Finds by the kernel's serials how many of its events nobody read between two readers.
 *
 * The kernel gives serials one after the other to what it writes. Those of several processors can come a few
 * places out of turn, so the number is exact only to that.
 */
export class SerialGap {
  readonly #unread: (events: number) => void;
  #last: number;
  #isFirst: boolean;

  /**
   * @param last - where the reader before has stopped; 0 if that was meant to be the end
   * @param unread - called at most once, with how many serials lie between that and the first one seen
   */
  constructor(last: number, unread: (events: number) => void) {
    this.#last = last;
    this.#isFirst = last !== 0;
    this.#unread = unread;
  }

  /** The highest serial that was seen, also when the count has begun anew. */
  get last(): number {
    return this.#last;
  }

  /** Takes the serial of a record. */
  seen(serial: number): void {
    const ahead = (serial - this.#last) | 0;
    if (this.#isFirst && ahead > 1) this.#unread(ahead - 1);
    this.#isFirst = false;
    if (ahead > 0 || this.#last === 0) this.#last = serial;
  }
}
