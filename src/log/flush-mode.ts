import { constants } from 'node:fs';

/** When lines go from memory to the disk, in the words of auditd.conf(5). */
export type FlushMode = 'none' | 'incremental' | 'incremental_async' | 'data' | 'sync';

/** Flags for open(2): with these the kernel returns from each write only when it is on the disk. */
export function flushFlags(mode: FlushMode): number {
  if (mode === 'data') return constants.O_DSYNC;
  return mode === 'sync' ? constants.O_SYNC : 0;
}

/** Counts records, and says when it is time to flush. */
export class FlushCount {
  readonly #every: number;
  #since = 0;

  /** @param freq - records between two flushes */
  constructor(mode: FlushMode, freq: number) {
    this.#every = mode === 'incremental' || mode === 'incremental_async' ? Math.max(1, freq) : Infinity;
  }

  /** Takes notice of the lines; true if a flush is due now. */
  add(lines: Uint8Array): boolean {
    if (this.#every === Infinity) return false;
    this.#since += countLines(lines);
    if (this.#since < this.#every) return false;
    this.#since = 0;
    return true;
  }
}

/** How many lines there are. */
export function countLines(lines: Uint8Array): number {
  const NEWLINE = 10;
  let count = 0;
  for (let at = lines.indexOf(NEWLINE); at >= 0; at = lines.indexOf(NEWLINE, at + 1)) count++;
  return count;
}
