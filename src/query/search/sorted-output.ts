import { BpfauditError } from '../../errors/audit-error.ts';
import type { StageResult } from './search-stage.ts';

/** In which order events are printed; without one, in that of the log. */
export const SORT_ORDERS = ['oldest', 'newest'] as const;

/** One of {@link SORT_ORDERS}. */
export type SortOrder = (typeof SORT_ORDERS)[number];

const MAX_BYTES = 128 << 20;
/** Numbers for each event in {@link StageResult.stamps}: seconds, milliseconds, serial, end of its output. */
export const STAMP_WIDTH = 4;

interface Printed {
  readonly sec: number;
  readonly milli: number;
  readonly serial: number;
  readonly bytes: Uint8Array;
}

/** Keeps what was found until all is, to print it by its time. Events of the same stamp stay as they came. */
export class SortedOutput {
  readonly #order: SortOrder;
  readonly #events: Printed[] = [];
  #size = 0;

  constructor(order: SortOrder) {
    this.#order = order;
  }

  /** Keeps the output of a batch. @throws E_SORT_SIZE if it is too much. */
  add({ output, stamps = [] }: StageResult): void {
    this.#size += output.length;
    if (this.#size > MAX_BYTES) {
      throw new BpfauditError(`sort: more than ${MAX_BYTES >> 20} MiB were found`, {
        code: 'E_SORT_SIZE',
        hint: 'narrow the search, or leave --sort out: logs are in the order of time',
      });
    }
    // The memory of the output is used again.
    const own = Uint8Array.from(output);
    let start = 0;
    for (let i = 0; i < stamps.length; i += STAMP_WIDTH) {
      const [sec = 0, milli = 0, serial = 0, end = 0] = stamps.slice(i, i + STAMP_WIDTH);
      this.#events.push({ sec, milli, serial, bytes: own.subarray(start, end) });
      start = end;
    }
  }

  /** Everything, sorted. */
  *take(limit: number): Generator<Uint8Array> {
    const sign = this.#order === 'oldest' ? 1 : -1;
    this.#events.sort((a, b) => sign * (a.sec - b.sec || a.milli - b.milli || a.serial - b.serial));
    for (const { bytes } of this.#events.slice(0, limit)) yield bytes;
  }
}
