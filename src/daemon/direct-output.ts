import type { ByteWriter } from '../audit/write/byte-writer.ts';
import type { OwnSerials } from '../events/event-id.ts';
import type { EventFormat, FormattableEvent } from './event-format.ts';
import type { EventOutput, RecordLeft } from './event-output.ts';

/** Writes each event as it comes, as one line, without waiting for the kernel's records. */
export class DirectOutput implements EventOutput {
  readonly #out: ByteWriter;
  readonly #format: EventFormat;
  readonly #serials: OwnSerials;
  readonly #left: RecordLeft;

  /** @param left - told about each record */
  constructor(out: ByteWriter, format: EventFormat, serials: OwnSerials, left: RecordLeft) {
    this.#out = out;
    this.#format = format;
    this.#serials = serials;
    this.#left = left;
  }

  event(event: FormattableEvent): void {
    if (event.id.serial === 0) event.id.serial = this.#serials.next() >>> 0;
    this.#format(this.#out, event);
    this.#left(event.view, event.at);
  }

  oldest(): undefined {
    return undefined;
  }

  waitingBefore(): number {
    return 0;
  }

  note(): void {
    // Nothing waits for it.
  }

  tick(): undefined {
    return undefined;
  }

  end(): void {
    // Nothing is held back.
  }
}
