import { EVENT_AT } from '../../abi/abi.ts';
import { number64 } from '../../events/losses.ts';
import { bootNs } from '../../sys/clock.ts';
import type { RecordLeft } from '../event-output.ts';
import { Latency, type LatencySummary } from './latency.ts';

// Constants of this module are compiled in, those of another are looked up at every use.
const { boot_ns: BOOT_NS } = EVENT_AT;

/** Counts the records of each batch, and how long they took from the hook to the log. */
export class BatchMeter {
  readonly #latency = new Latency();
  /** When the records of the batch were made, in nanoseconds since boot. */
  readonly #madeNs: number[] = [];
  #written = 0;

  /** To be called for each record that was written into the batch. */
  readonly left: RecordLeft = (view, at) => {
    this.#madeNs.push(number64(view, at + BOOT_NS));
  };

  /** Records that were handed to the log. */
  get written(): number {
    return this.#written;
  }

  /** How long records took. */
  get latency(): LatencySummary {
    return this.#latency.summary;
  }

  /** The log has the batch. */
  batchWritten(): void {
    this.#written += this.#madeNs.length;
    if (this.#madeNs.length === 0) return;
    const now = bootNs();
    for (const made of this.#madeNs) this.#latency.add(now - made);
    this.#madeNs.length = 0;
  }
}
