/** Where all records went that policies have begun: the sum must close. */
export interface RecordBalance {
  /** Records that policies began, as the counters in the kernel say it. */
  readonly emitted: number;
  /** Records that were handed to the log. */
  readonly written: number;
  /** Records that a rule left out. */
  readonly filtered: number;
  /** Records that found no room in the ring, or that nobody could read. */
  readonly lost: number;
  /** Records that wait for the kernel's records of the same event. */
  readonly waiting: number;
  /** Records that are in the ring, or are being made. */
  readonly unread: number;
  /** Whether emitted = written + filtered + lost, but for what is on its way. */
  readonly closes: boolean;
}

/** The numbers of which a balance is made. */
export type BalanceParts = Omit<RecordBalance, 'unread' | 'closes'>;

/** Longest time that a record may be on its way before it counts as missing, in milliseconds. */
const ON_ITS_WAY_MS = 2000;

/**
 * Checks that the sum closes. Counters are read one after the other while policies go on, so it can only be said
 * of a moment that has passed: what was emitted by then must be accounted for now, and never more than that.
 */
export class Balance {
  #since: { readonly ms: number; readonly emitted: number } | undefined;
  #next: { readonly ms: number; readonly emitted: number } | undefined;

  /**
   * @param nowMs - any clock that only goes forward
   * @param parts - `emitted` must be read last
   */
  look(parts: BalanceParts, nowMs: number): RecordBalance {
    const accounted = parts.written + parts.filtered + parts.lost + parts.waiting;
    const unread = parts.emitted - accounted;
    this.#next ??= { ms: nowMs, emitted: parts.emitted };
    if (nowMs - this.#next.ms >= ON_ITS_WAY_MS) {
      this.#since = this.#next;
      this.#next = { ms: nowMs, emitted: parts.emitted };
    }
    const closes = unread >= 0 && (this.#since === undefined || accounted >= this.#since.emitted);
    return { ...parts, unread, closes };
  }
}
