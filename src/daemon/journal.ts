import { STATE_AT } from '../abi/abi.ts';

/** A log that can tell how far it is, and be taken back to there. */
export interface RewindableLog {
  /** Which file it is, and its length in bytes; nothing if it is no regular file. */
  place(): { readonly ino: number; readonly size: number } | undefined;
  /** Cuts everything behind `size` bytes off. */
  rewind(size: number): void;
}

/**
 * Notes in shared memory which batch of lines is being written, so that a reader that starts after a kill can
 * tell whether the batch got into the log: no record is lost then, and none is there twice.
 *
 * A batch is under way from {@link begin} to {@link end}. In between its lines are written and its room in the
 * ring is released, in this order.
 */
export class Journal {
  readonly #state: DataView;
  readonly #log: RewindableLog;

  /** @param state - `struct bpf_audit_state`, mapped */
  constructor(state: DataView, log: RewindableLog) {
    this.#state = state;
    this.#log = log;
  }

  /**
   * What became of the batch that was under way when the last reader ended. Of a batch that is in the log in
   * part, that part is cut off.
   *
   * @returns the position up to which the ring can be released, if the whole batch is in the log
   */
  recover(): bigint | undefined {
    const state = this.#state;
    const length = state.getUint32(STATE_AT.batch_len, true);
    if (length === 0) return undefined;
    const place = this.#log.place();
    const before = Number(state.getBigUint64(STATE_AT.log_size, true));
    const same = place !== undefined && state.getBigUint64(STATE_AT.log_ino, true) === BigInt(place.ino);
    state.setUint32(STATE_AT.batch_len, 0, true);
    if (!same || place.size < before) return undefined;
    if (place.size >= before + length) return state.getBigUint64(STATE_AT.batch_end, true);
    if (place.size > before) this.#log.rewind(before);
    return undefined;
  }

  /**
   * A batch is going to be written.
   *
   * @param length - bytes of its lines
   * @param end - position up to which the ring is released afterwards
   */
  begin(length: number, end: bigint): void {
    const place = this.#log.place();
    if (!place) return;
    const state = this.#state;
    state.setBigUint64(STATE_AT.batch_end, end, true);
    state.setBigUint64(STATE_AT.log_ino, BigInt(place.ino), true);
    state.setBigUint64(STATE_AT.log_size, BigInt(place.size), true);
    // last: with it the note is valid
    state.setUint32(STATE_AT.batch_len, length, true);
  }

  /** The batch is in the log and its room is released. */
  end(): void {
    this.#state.setUint32(STATE_AT.batch_len, 0, true);
  }
}
