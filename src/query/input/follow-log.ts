import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorName } from '../../errors/thrown.ts';

const READ_BYTES = 256 << 10;

/** What happens to a log that is followed: it grew, it began anew, or nothing happened for a while. */
export type Growth =
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'rotated' }
  | { readonly kind: 'idle'; readonly idleMs: number };

/** How a log is followed. */
export interface FollowOptions {
  /** Begin with what is in the log, not at its end. */
  readonly fromStart: boolean;
  /** How often the log is looked at. @default 200 */
  readonly pollMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Reads what is added to a log, also when it is rotated: what was added before the change is read first, then
 * the new file from its start. A log that is cut off is read from its start again. A log that is not there is
 * waited for.
 */
export async function* followLog(path: string, options: FollowOptions): AsyncGenerator<Growth> {
  const { fromStart, pollMs = 200, signal } = options;
  const file = new GrowingFile(path, fromStart);
  let idleMs = 0;
  try {
    const isOver = (): boolean => signal?.aborted === true;
    while (!isOver()) {
      const bytes = file.read();
      if (bytes !== undefined) {
        idleMs = 0;
        yield { kind: 'bytes', bytes };
      } else if (file.reopen()) {
        yield { kind: 'rotated' };
      } else {
        await sleep(pollMs, undefined, { signal }).catch(() => {});
        idleMs += pollMs;
        yield { kind: 'idle', idleMs };
      }
    }
  } finally {
    file.close();
  }
}

class GrowingFile {
  readonly #path: string;
  #fd: number | undefined;
  #position = 0;

  constructor(path: string, fromStart: boolean) {
    this.#path = path;
    this.#open();
    if (!fromStart && this.#fd !== undefined) this.#position = fstatSync(this.#fd).size;
  }

  /** What was added, in memory of its own; undefined if nothing was. */
  read(): Buffer | undefined {
    if (this.#fd === undefined) return undefined;
    const bytes = Buffer.allocUnsafeSlow(READ_BYTES);
    const size = readSync(this.#fd, bytes, 0, READ_BYTES, this.#position);
    this.#position += size;
    return size === 0 ? undefined : bytes.subarray(0, size);
  }

  /** Whether there is another file now, or the same one from its start. */
  reopen(): boolean {
    const now = statSync(this.#path, { throwIfNoEntry: false });
    if (now === undefined) return false;
    if (this.#fd !== undefined) {
      const own = fstatSync(this.#fd);
      if (own.ino === now.ino && own.dev === now.dev) {
        if (now.size >= this.#position) return false;
        this.#position = 0;
        return true;
      }
      // Something may have been added between the last look and the change.
      if (own.size > this.#position) return false;
      this.close();
    }
    this.#position = 0;
    this.#open();
    return this.#fd !== undefined;
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  #open(): void {
    try {
      this.#fd = openSync(this.#path, 'r');
    } catch (error) {
      if (errorName(error) !== 'ENOENT') throw error;
    }
  }
}
