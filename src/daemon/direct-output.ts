import type { ByteWriter } from '../audit/write/byte-writer.ts';
import type { ProgramDirectory } from '../bpf/program-directory.ts';
import type { EventId, OwnSerials } from '../events/event-id.ts';
import type { FieldRef } from '../events/fields.ts';
import type { EventFormat } from './event-format.ts';
import type { EventOutput } from './event-output.ts';

/** Writes each event as it comes, as one line, without waiting for the kernel's records. */
export class DirectOutput implements EventOutput {
  readonly #out: ByteWriter;
  readonly #format: EventFormat;
  readonly #programs: ProgramDirectory;
  readonly #serials: OwnSerials;
  readonly #id: EventId = { seconds: 0, milliseconds: 0, serial: 0 };

  constructor(out: ByteWriter, format: EventFormat, programs: ProgramDirectory, serials: OwnSerials) {
    this.#out = out;
    this.#format = format;
    this.#programs = programs;
    this.#serials = serials;
  }

  event(
    bytes: Uint8Array,
    view: DataView,
    at: number,
    more: readonly FieldRef[],
    progId: number,
    id: Readonly<EventId>,
  ): void {
    const own = this.#id;
    own.seconds = id.seconds;
    own.milliseconds = id.milliseconds;
    own.serial = id.serial === 0 ? this.#serials.next() : id.serial;
    this.#format(this.#out, { bytes, view, at, more, progId, id: own, programs: this.#programs });
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
