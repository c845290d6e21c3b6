/** What became of the lines of one receiver; numbers that only grow, but for `waiting`. */
export interface ReceiverCounts {
  readonly sent: number;
  readonly dropped: number;
  readonly waiting: number;
}

/**
 * Lines that wait for one receiver: a plugin, a forwarder. A receiver that is slow or dead never holds anybody
 * up: what finds no room is dropped, the newest first, and counted.
 */
export class ReceiverQueue {
  readonly #depth: number;
  readonly #lines: (Uint8Array | undefined)[];
  #first = 0;
  #waiting = 0;
  #sent = 0;
  #dropped = 0;
  #told = 0;

  /** @param depth - lines that may wait: `q_depth` */
  constructor(depth: number) {
    this.#depth = depth;
    this.#lines = Array.from({ length: depth });
  }

  /** What was counted since the start: added = sent + dropped + waiting. */
  get counts(): ReceiverCounts {
    return { sent: this.#sent, dropped: this.#dropped, waiting: this.#waiting };
  }

  /** Whether no further line would be taken. */
  get isFull(): boolean {
    return this.#waiting === this.#depth;
  }

  /** Copies the line. False if there was no room. */
  add(line: Uint8Array): boolean {
    if (this.isFull) {
      this.#dropped++;
      return false;
    }
    this.#lines[(this.#first + this.#waiting++) % this.#depth] = new Uint8Array(line);
    return true;
  }

  /** Counts a line that is not taken, though there may be room. */
  drop(): void {
    this.#dropped++;
  }

  /** The oldest line; it stays until {@link sent}. */
  get first(): Uint8Array | undefined {
    return this.#waiting === 0 ? undefined : this.#lines[this.#first];
  }

  /** The oldest line has been taken whole. */
  sent(): void {
    if (this.#waiting === 0) return;
    this.#lines[this.#first] = undefined;
    this.#first = (this.#first + 1) % this.#depth;
    this.#waiting--;
    this.#sent++;
  }

  /** Lines that were dropped since the last call: for a record, once in a while. */
  takeDropped(): number {
    const dropped = this.#dropped - this.#told;
    this.#told = this.#dropped;
    return dropped;
  }
}
