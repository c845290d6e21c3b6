import type { ByteWriter } from '../audit/write/byte-writer.ts';
import type { ProgramDirectory } from '../bpf/program-directory.ts';
import { usualMemory } from '../events/usual-line.ts';
import type { EventId, OwnSerials } from '../events/event-id.ts';
import type { FieldRef } from '../events/fields.ts';
import type { EventFormat, FormattableEvent } from './event-format.ts';
import type { EventOutput } from './event-output.ts';

/** Writes each event as it comes, as one line, without waiting for the kernel's records. */
export class DirectOutput implements EventOutput {
  /** Nothing waits. */
  readonly oldest: undefined;
  readonly #out: ByteWriter;
  readonly #format: EventFormat;
  readonly #serials: OwnSerials;
  /** The one event that is being formatted. */
  readonly #current: FormattableEvent;

  constructor(out: ByteWriter, format: EventFormat, programs: ProgramDirectory, serials: OwnSerials) {
    this.#out = out;
    this.#format = format;
    this.#serials = serials;
    this.#current = {
      bytes: usualMemory,
      view: new DataView(usualMemory.buffer),
      at: 0,
      more: [],
      progId: 0,
      id: { seconds: 0, milliseconds: 0, serial: 0 },
      programs,
    };
  }

  event(
    bytes: Uint8Array,
    view: DataView,
    at: number,
    more: readonly FieldRef[],
    progId: number,
    id: Readonly<EventId>,
  ): void {
    const event = this.#current;
    event.id.seconds = id.seconds;
    event.id.milliseconds = id.milliseconds;
    event.id.serial = (id.serial === 0 ? this.#serials.next() : id.serial) >>> 0;
    event.bytes = bytes;
    event.view = view;
    event.at = at;
    event.more = more;
    event.progId = progId;
    this.#format(this.#out, event);
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
