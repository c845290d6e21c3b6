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
  /** When the records of the batch were made, in nanoseconds since boot. It is kept: a new one would be garbage. */
  #madeNs: Float64Array = new Float64Array(1024);
  #inBatch = 0;
  #written = 0;

  /** To be called for each record that was written into the batch. */
  readonly left: RecordLeft = (view, at) => {
    if (this.#inBatch === this.#madeNs.length) this.#grow();
    this.#madeNs[this.#inBatch++] = number64(view, at + BOOT_NS);
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
    const records = this.#inBatch;
    if (records === 0) return;
    this.#written += records;
    this.#latency.addSince(bootNs(), this.#madeNs, records);
    this.#inBatch = 0;
  }

  #grow(): void {
    const larger = new Float64Array(2 * this.#madeNs.length);
    larger.set(this.#madeNs);
    this.#madeNs = larger;
  }
}
