import { CHUNK, EVENT_AT, EXIT_AT, STAMP_AT, UNSEEN } from '../abi/abi.ts';
import type { ByteWriter } from '../audit/write/byte-writer.ts';
import type { ProgramDirectory } from '../bpf/program-directory.ts';
import type { OwnSerials } from '../events/event-id.ts';
import { readRecordId, type RecordId } from '../events/join/kernel-record.ts';
import { Joiner, type JoinCounts, type JoinerTimes } from '../events/join/joiner.ts';
import type { JoinedEvent } from '../events/join/joined-event.ts';
import type { AuditRecordBatch } from '../netlink/record-batch.ts';
import type { FormattableEvent } from './event-format.ts';
import type { EventOutput, RecordLeft } from './event-output.ts';
import type { ProgramLife } from './program-life.ts';
import { BPF_RECORD } from './program-record.ts';
import type { JoinedFormat, Silences } from './joined-format.ts';

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
  /** Position in the ring of what lies at an offset, see `Ring.positionOf()`. */
  readonly position: (from: number) => number;
  /** Hands in a batch of the kernel's records that has arrived by now, without waiting; false if there is none. */
  readonly catchUp: () => boolean;
  /** Whether records that belong to no decision are written too: in the place of auditd. */
  readonly writeAll: boolean;
  readonly times?: JoinerTimes;
  /** @default no rule silences anything */
  readonly silences?: Silences;
  /** Told about records of type CONFIG_CHANGE: what follows their id. */
  readonly onConfigChange?: (body: string) => void;
  /** Told where in the ring the decisions of an event lie that has been written to `out`. */
  readonly onWritten?: (positions: readonly number[]) => void;
  /** Told of each serial of the kernel, in the order in which its records come. */
  readonly onSerial?: (serial: number) => void;
  /** Whether a record is of this machine; @default all are */
  readonly accepts?: (batch: AuditRecordBatch, index: number) => boolean;
  /** Told about each decision that is written. */
  readonly left?: RecordLeft;
  /** Knows the programs that records of type BPF are about. */
  readonly programLife?: ProgramLife;
}

/** Most batches of 64 records that are read at one go before something times out. */
const CATCH_UP_BATCHES = 64;
/** `AUDIT_CONFIG_CHANGE` */
const CONFIG_CHANGE = 1305;

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

  oldest(from: number): number | undefined {
    return this.#joiner.oldest(from);
  }

  waitingBefore(position: number): number {
    return this.#joiner.waitingBefore(position);
  }

  /** Events that wait for records of the kernel or for the end of their system call. */
  get waiting(): number {
    return this.#joiner.waiting;
  }

  event({ bytes, view, at, more, progId, id, from }: FormattableEvent): void {
    const copy = bytes.slice(at, at + view.getUint32(at + EVENT_AT.len, true));
    const decision = { bytes: copy, view: new DataView(copy.buffer), at: 0, more, progId };
    this.#joiner.decision(decision, id, this.#options.clock(), this.#options.position(from));
  }

  note(kind: number, view: DataView, at: number): void {
    if (kind === CHUNK.STAMP) {
      this.#joiner.stamp(
        view.getBigUint64(at + STAMP_AT.event, true),
        view.getUint32(at + STAMP_AT.serial, true),
      );
      return;
    }
    const success = view.getUint32(at + EXIT_AT.success, true);
    const outcome =
      success === UNSEEN
        ? undefined
        : { exit: view.getBigInt64(at + EXIT_AT.exit, true), success: success !== 0 };
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
      if (this.#options.accepts?.(batch, i) === false) {
        this.#otherRecords++;
        continue;
      }
      if (!readRecordId(batch.bytes, batch.starts[i]!, end, id)) {
        this.#malformedRecords++;
        continue;
      }
      this.#options.serials.seen(id.serial | 0);
      this.#options.onSerial?.(id.serial);
      const body = id.body;
      if (type === CONFIG_CHANGE) this.#options.onConfigChange?.(batch.bytes.toString('latin1', body, end));
      const note =
        type === BPF_RECORD
          ? this.#options.programLife?.kernelRecord(batch.bytes.toString('latin1', body, end), id)
          : undefined;
      const taken = this.#joiner.record(
        type,
        id.serial,
        () => new Uint8Array(batch.bytes.subarray(body, end)),
      );
      if (taken === 'taken') {
        if (note) this.#joiner.record(type, id.serial, () => note.body);
        continue;
      }
      if (taken === 'other') this.#otherRecords++;
      if (taken === 'late' || this.#options.writeAll || note?.program.type === 'lsm') {
        this.#options.format.record(this.#options.out, type, id, batch.bytes, body, end);
        if (note) this.#options.programLife?.write(id, note);
      }
    }
    if (batch.length > 0) this.#joiner.heard(id.seconds * 1000 + id.milliseconds, this.#options.clock());
  }

  tick(): number | undefined {
    let now = this.#options.clock();
    if (this.#joiner.due(now)) {
      // Whoever was not let run for a while must not blame the kernel.
      for (let i = 0; i < CATCH_UP_BATCHES && this.#options.catchUp(); i++);
      now = this.#options.clock();
    }
    const next = this.#joiner.tick(now);
    return next === undefined ? undefined : Math.max(1, next - now);
  }

  end(): void {
    this.#joiner.flush();
  }

  #write(event: JoinedEvent): void {
    const id = event.id.serial === 0 ? { ...event.id, serial: this.#options.serials.next() >>> 0 } : event.id;
    const { format, out, programs, silences = () => false } = this.#options;
    format.event(out, { ...event, id }, programs, silences);
    this.#options.onWritten?.(event.positions);
    for (const { view, at } of event.decisions) this.#options.left?.(view, at);
  }
}
