import { CHUNK, EVENT_AT, EXIT_AT, STAMP_AT } from '../abi/abi.ts';
import type { ByteWriter } from '../audit/write/byte-writer.ts';
import type { ProgramDirectory } from '../bpf/program-directory.ts';
import type { OwnSerials } from '../events/event-id.ts';
import { readRecordId, type RecordId } from '../events/join/kernel-record.ts';
import { Joiner, type JoinCounts, type JoinerTimes } from '../events/join/joiner.ts';
import type { JoinedEvent } from '../events/join/joined-event.ts';
import type { AuditRecordBatch } from '../netlink/record-batch.ts';
import type { FormattableEvent } from './event-format.ts';
import type { EventOutput } from './event-output.ts';
import { writeKernelLine, type JoinedFormat } from './joined-format.ts';

/** What a {@link JoinedOutput} is made of. */
export interface JoinedOutputOptions {
  readonly out: ByteWriter;
  readonly format: JoinedFormat;
  readonly programs: ProgramDirectory;
  readonly serials: OwnSerials;
  /** A clock that only goes forward, in milliseconds. */
  readonly clock: () => number;
  /** Whether kernel records will be handed in. */
  readonly expectRecords: boolean;
  /** Whether records that belong to no decision are written too: in the place of auditd. */
  readonly writeAll: boolean;
  readonly times?: JoinerTimes;
}

/** Writes each event together with the kernel's own records of it. */
export class JoinedOutput implements EventOutput {
  readonly #joiner: Joiner;
  readonly #options: JoinedOutputOptions;
  readonly #recordId: RecordId = { seconds: 0, milliseconds: 0, serial: 0, body: 0 };
  #otherRecords = 0;
  #malformedRecords = 0;

  constructor(options: JoinedOutputOptions) {
    this.#options = options;
    this.#joiner = new Joiner({
      handOut: (event) => this.#write(event),
      expectRecords: options.expectRecords,
      ...(options.times === undefined ? {} : { times: options.times }),
    });
  }

  /** What the joiner counted, and kernel records that were not ours or made no sense. */
  get counts(): JoinCounts & { readonly otherRecords: number; readonly malformedRecords: number } {
    return {
      ...this.#joiner.counts,
      otherRecords: this.#otherRecords,
      malformedRecords: this.#malformedRecords,
    };
  }

  event({ bytes, view, at, more, progId, id }: FormattableEvent): void {
    const copy = bytes.slice(at, at + view.getUint32(at + EVENT_AT.len, true));
    const decision = { bytes: copy, view: new DataView(copy.buffer), at: 0, more, progId };
    this.#joiner.decision(decision, id, this.#options.clock());
  }

  note(kind: number, view: DataView, at: number): void {
    if (kind === CHUNK.STAMP) {
      this.#joiner.stamp(
        view.getBigUint64(at + STAMP_AT.event, true),
        view.getUint32(at + STAMP_AT.serial, true),
      );
      return;
    }
    const outcome = {
      exit: view.getBigInt64(at + EXIT_AT.exit, true),
      success: view.getUint32(at + EXIT_AT.success, true) !== 0,
    };
    const serial = view.getUint32(at + EXIT_AT.serial, true);
    this.#joiner.exit(view.getBigUint64(at + EXIT_AT.event, true), outcome, serial);
  }

  /**
   * Takes records of the kernel. The ring must have been read since they arrived, so that their serials are
   * known.
   */
  records(batch: AuditRecordBatch): void {
    const id = this.#recordId;
    for (let i = 0; i < batch.length; i++) {
      const type = batch.types[i]!;
      const end = batch.ends[i]!;
      if (!readRecordId(batch.bytes, batch.starts[i]!, end, id)) {
        this.#malformedRecords++;
        continue;
      }
      this.#options.serials.seen(id.serial);
      const body = id.body;
      const taken = this.#joiner.record(type, id.serial, () => batch.bytes.slice(body, end));
      if (taken === 'taken') continue;
      if (taken === 'other') this.#otherRecords++;
      if (taken === 'late' || this.#options.writeAll) {
        writeKernelLine(this.#options.out, type, id, batch.bytes, body, end);
      }
    }
  }

  tick(): number | undefined {
    const now = this.#options.clock();
    const next = this.#joiner.tick(now);
    return next === undefined ? undefined : Math.max(1, next - now);
  }

  end(): void {
    this.#joiner.flush();
  }

  #write(event: JoinedEvent): void {
    const id = event.id.serial === 0 ? { ...event.id, serial: this.#options.serials.next() >>> 0 } : event.id;
    this.#options.format(this.#options.out, { ...event, id }, this.#options.programs);
  }
}
