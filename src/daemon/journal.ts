import { STATE_AT } from '../abi/abi.ts';

/** Which file a log is, and its length in bytes. */
export interface LogPlace {
  readonly ino: number;
  readonly size: number;
}

/** A log that can tell how far it is, and be taken back to there. */
export interface RewindableLog {
  /** Where the next batch will stand; nothing if it is no regular file, or takes no lines now. */
  place(): LogPlace | undefined;
  /** Cuts everything behind `size` bytes off. */
  rewind(size: number): void;
  /** Called before each batch: what must not change within one is put in order now. */
  ready?(): void;
  /** Called after each batch, and when there is none for a while: the log may be rotated now. */
  settle?(): void;
  /** Calls back with the number of lines that are in memory only, whenever that changes. */
  watchHeld?(held: (lines: number) => void): void;
  /** Lines that were in memory only when the last reader was killed. */
  lostWhenKilled?(lines: number): void;
}

/** A batch that was under way: what the note says. */
export interface BatchNote {
  /** Bytes of its lines; 0: none was under way. */
  readonly length: number;
  /** Inode number of the log, and its length before. */
  readonly ino: bigint;
  readonly before: number;
}

/** What is to be done about a batch that was under way when its reader ended. */
export type BatchFate =
  /** It is in the log: its room in the ring can be released. */
  | { readonly kind: 'written' }
  /** A part of it is: that is cut off at `size`, and the ring read again. */
  | { readonly kind: 'cut'; readonly size: number }
  /** Nothing of it is, or nobody can tell any more: the ring is read again. */
  | { readonly kind: 'again' };

/** Decides by the note and the log as it is now. */
export function fateOf(note: BatchNote, place: LogPlace | undefined): BatchFate {
  const known = note.length > 0 && place !== undefined && BigInt(place.ino) === note.ino;
  if (!known || place.size <= note.before) return { kind: 'again' };
  if (place.size >= note.before + note.length) return { kind: 'written' };
  return { kind: 'cut', size: note.before };
}

/**
 * Notes in shared memory which batch of lines is being written, so that a reader that starts after a kill can
 * tell whether the batch got into the log: no record is lost then, and none is there twice.
 *
 * A batch is under way from {@link begin} to {@link end}. In between its lines are written and its room in the
 * ring is released, in this order. Rotation and the log's own records come before or after, never in between.
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
   * @param release - called with the position up to which the ring can be released, if the whole batch is in the
   * log. The note stays until both return: whoever is killed before finds it again.
   * @param settle - called then in any case, with whether the whole batch is in the log
   */
  recover(release: (end: bigint) => void, settle: (isWritten: boolean) => void = () => {}): void {
    const state = this.#state;
    const held = state.getUint32(STATE_AT.held, true);
    if (held > 0) this.#log.lostWhenKilled?.(held);
    state.setUint32(STATE_AT.held, 0, true);
    this.#log.watchHeld?.((lines) => state.setUint32(STATE_AT.held, lines, true));
    const note = {
      length: state.getUint32(STATE_AT.batch_len, true),
      ino: state.getBigUint64(STATE_AT.log_ino, true),
      before: Number(state.getBigUint64(STATE_AT.log_size, true)),
    };
    const fate = fateOf(note, this.#log.place());
    if (fate.kind === 'cut') this.#log.rewind(fate.size);
    if (fate.kind === 'written') release(state.getBigUint64(STATE_AT.batch_end, true));
    settle(fate.kind === 'written');
    state.setUint32(STATE_AT.batch_len, 0, true);
  }

  /**
   * A batch is going to be written.
   *
   * @param length - bytes of its lines
   * @param end - position up to which the ring is released afterwards
   */
  begin(length: number, end: bigint): void {
    this.#log.ready?.();
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
    this.#log.settle?.();
  }
}
