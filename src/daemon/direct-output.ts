import type { ByteWriter } from '../audit/write/byte-writer.ts';
import type { OwnSerials } from '../events/event-id.ts';
import type { EventFormat, FormattableEvent } from './event-format.ts';
import { IN_ORDER, type EventOutput, type RecordLeft } from './event-output.ts';

/** Writes each event as it comes, as one line, without waiting for the kernel's records. */
export class DirectOutput implements EventOutput {
  /** Nothing waits. */
  readonly waiting: number = 0;
  readonly #out: ByteWriter;
  readonly #format: EventFormat;
  readonly #serials: OwnSerials;
  readonly #left: RecordLeft;

  constructor(out: ByteWriter, format: EventFormat, serials: OwnSerials, left: RecordLeft) {
    this.#out = out;
    this.#format = format;
    this.#serials = serials;
    this.#left = left;
  }

  event(event: FormattableEvent): void {
    if (event.id.serial === 0) event.id.serial = this.#serials.next() >>> 0;
    this.#format(this.#out, event);
    this.#left(event.view, event.at, IN_ORDER);
  }

  oldest(): undefined {
    return undefined;
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
