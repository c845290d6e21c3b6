import type { ByteWriter } from '../audit/write/byte-writer.ts';
import type { OwnSerials } from '../events/event-id.ts';
import type { EventFormat, FormattableEvent } from './event-format.ts';
import type { EventOutput } from './event-output.ts';

/** Writes each event as it comes, as one line, without waiting for the kernel's records. */
export class DirectOutput implements EventOutput {
  /** Nothing waits. */
  readonly oldest: undefined;
  readonly #out: ByteWriter;
  readonly #format: EventFormat;
  readonly #serials: OwnSerials;

  constructor(out: ByteWriter, format: EventFormat, serials: OwnSerials) {
    this.#out = out;
    this.#format = format;
    this.#serials = serials;
  }

  event(event: FormattableEvent): void {
    if (event.id.serial === 0) event.id.serial = this.#serials.next() >>> 0;
    this.#format(this.#out, event);
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
