import type { GuardedLog } from '../../log/guarded-log.ts';
import type { RecordSink } from '../collector.ts';

/** Takes a batch of lines besides the log; must copy what it keeps, and never wait. */
export type LineTaker = (lines: Uint8Array) => void;

/** Where the daemon's lines go: first to the log, then to everybody else. */
export class DaemonSink implements RecordSink {
  readonly log?: GuardedLog;
  readonly #takers = new Set<LineTaker>();
  #logOnly = false;

  /** @param log - nothing: no log is written */
  constructor(log: GuardedLog | undefined) {
    if (log) this.log = log;
  }

  /** Hands every batch to one more. Returns what takes it away again. */
  add(taker: LineTaker): Disposable {
    this.#takers.add(taker);
    return { [Symbol.dispose]: () => void this.#takers.delete(taker) };
  }

  /** What is written meanwhile goes to the log alone. */
  toLogOnly(action: () => void): void {
    this.#logOnly = true;
    try {
      action();
    } finally {
      this.#logOnly = false;
    }
  }

  write(lines: Uint8Array): void {
    this.log?.write(lines);
    if (this.#logOnly) return;
    for (const taker of this.#takers) taker(lines);
  }
}
