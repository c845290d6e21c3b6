import type { ProgramDirectory } from '../bpf/program-directory.ts';
import { Ring } from '../bpf/ring.ts';
import type { SharedMaps } from '../bpf/shared-maps.ts';
import { ByteWriter } from '../audit/write/byte-writer.ts';
import { Assembler, type EventHandler } from '../events/assembler.ts';
import { OwnSerials, readEventTime } from '../events/event-id.ts';
import type { FieldRef } from '../events/fields.ts';
import { LossTracker, type Gap } from '../events/losses.ts';
import { EVENT_AT, STATE_AT } from '../abi/abi.ts';
import { bootEpochMs } from '../sys/clock.ts';
import { duplicate } from '../sys/descriptor.ts';
import { ReadableWait } from '../sys/readable-wait.ts';
import { auditGap, type GapFormat } from './gap-record.ts';
import { Journal, type RewindableLog } from './journal.ts';
import { LossLedger } from './loss-ledger.ts';
import type { EventFormat, FormattableEvent } from './event-format.ts';

/** Where finished records go. */
export interface RecordSink {
  /** Takes whole lines; they must be safe (written, or queued by the sink itself) when it returns. */
  write(lines: Uint8Array): void;
  /** The log itself, if the sink is one: a reader that is killed then leaves no record twice. */
  readonly log?: RewindableLog;
}

/** Pause after a batch before the ring is looked at again; whoever writes meanwhile wakes nobody. */
const COALESCE_MS = 2;
/** Bytes of the ring after which lines are handed to the sink. */
const BATCH_BYTES = 512 * 1024;
/** Longest sleep without looking. */
const IDLE_MS = 1000;

/**
 * Reads the shared ring and hands lines to a sink: the way of a record from the kernel to the log.
 *
 * Room in the ring is given back only after the sink took the lines, so a reader that dies loses nothing.
 */
export class Collector implements Disposable {
  readonly #maps: SharedMaps;
  readonly #ring: Ring;
  readonly #assembler: Assembler;
  readonly #losses: LossTracker;
  readonly #wait: ReadableWait;
  readonly #programs: ProgramDirectory;
  readonly #format: EventFormat;
  readonly #gapFormat: GapFormat;
  readonly #ledger: LossLedger;
  readonly #journal: Journal | undefined;
  readonly #gaps: Gap[] = [];
  readonly #sink: RecordSink;
  readonly #serials: OwnSerials;
  readonly #out = new ByteWriter(BATCH_BYTES);
  /** The one event that is being formatted. */
  readonly #current: FormattableEvent;
  #bootEpochMs: number;
  #lost = 0;

  constructor(options: {
    readonly maps: SharedMaps;
    readonly programs: ProgramDirectory;
    readonly format: EventFormat;
    /** How losses are written; @default as records of audit */
    readonly gapFormat?: GapFormat;
    readonly sink: RecordSink;
  }) {
    this.#maps = options.maps;
    this.#programs = options.programs;
    this.#format = options.format;
    this.#gapFormat = options.gapFormat ?? auditGap;
    this.#sink = options.sink;
    const state = options.maps.state;
    this.#serials = new OwnSerials(state.getUint32(STATE_AT.own_serial, true), (last) =>
      state.setUint32(STATE_AT.own_serial, last, true),
    );
    const handler: EventHandler = { event: (view, at, more) => this.#event(view, at, more) };
    this.#assembler = new Assembler(handler);
    this.#losses = new LossTracker((gap) => this.#gap(gap));
    this.#ledger = new LossLedger(options.maps, this.#losses);
    this.#bootEpochMs = bootEpochMs();
    this.#current = {
      view: state,
      at: 0,
      more: [],
      progId: 0,
      id: { seconds: 0, milliseconds: 0, serial: 0 },
      programs: options.programs,
    };
    this.#ring = new Ring(options.maps.fd('bpf_audit_ring'), options.maps.ringSize);
    this.#wait = new ReadableWait(duplicate(options.maps.fd('bpf_audit_ring')));
    this.#journal = options.sink.log && new Journal(state, options.sink.log);
    const written = this.#journal?.recover();
    if (written !== undefined) this.#ring.skipTo(written);
  }

  /** Records handed to the sink, records lost in the ring, and chunks that made no sense. */
  get counts(): {
    readonly events: number;
    readonly lost: number;
    readonly malformed: number;
    readonly otherAbi: number;
  } {
    const { events, malformed, orphans, otherAbi } = this.#assembler.counts;
    return { events, lost: this.#lost, malformed: malformed + orphans, otherAbi };
  }

  /** Takes everything that is in the ring now. Returns how many chunks that were. */
  drain(): number {
    const ring = this.#ring;
    const start = ring.position;
    let count = 0;
    let batch = 0;
    do {
      batch = ring.walk((at, length) => this.#assembler.chunk(ring.view, at, length), BATCH_BYTES);
      this.#flush();
      count += batch;
      // not for ever, however fast the ring fills: the event loop needs its turn
    } while (batch > 0 && !ring.empty && ring.position - start < ring.size);
    if (ring.empty && this.#assembler.oldest !== undefined) {
      this.#assembler.abandon();
      this.#flush();
    }
    return count;
  }

  /** Reports losses that no record has told of: those behind the last record of a program. */
  settle(): void {
    this.#ledger.settle();
    this.#flush();
  }

  /** Reads until the signal; what is in the ring then is taken before it returns. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const busy = this.drain() > 0 || !this.#ring.empty;
      if (busy) await pause(COALESCE_MS);
      else await this.#sleep(signal);
    }
    this.drain();
    this.settle();
  }

  [Symbol.dispose](): void {
    this.#wait[Symbol.dispose]();
    this.#ledger[Symbol.dispose]();
    this.#ring[Symbol.dispose]();
  }

  /** Tells the writers to wake us, looks once more, and blocks. */
  async #sleep(signal: AbortSignal): Promise<void> {
    this.settle();
    const state = this.#maps.state;
    state.setUint32(STATE_AT.asleep, 1, true);
    if (this.#ring.empty) await this.#wait.wait(IDLE_MS, signal);
    state.setUint32(STATE_AT.asleep, 0, true);
    this.#bootEpochMs = bootEpochMs();
  }

  #event(view: DataView, at: number, more: readonly FieldRef[]): void {
    this.#losses.observe(view, at);
    const event = this.#current;
    readEventTime(view, at, this.#bootEpochMs, event.id);
    const serial = view.getInt32(at + EVENT_AT.serial, true);
    if (serial !== 0) this.#serials.seen(serial);
    event.id.serial = (serial !== 0 ? serial : this.#serials.next()) >>> 0;
    let progId = view.getInt32(at + EVENT_AT.prog_id, true);
    if (progId === 0) {
      const selfMap = view.getUint32(at + EVENT_AT.self_map, true);
      progId = this.#programs.foreignId(selfMap, view.getUint16(at + EVENT_AT.site, true));
    }
    event.view = view;
    event.at = at;
    event.more = more;
    event.progId = progId;
    this.#format(this.#out, event);
  }

  #gap(gap: Gap): void {
    this.#lost += gap.lost;
    const now = Date.now();
    const id = {
      seconds: Math.floor(now / 1000),
      milliseconds: now % 1000,
      serial: this.#serials.next() >>> 0,
    };
    this.#gapFormat(this.#out, id, gap);
    this.#gaps.push(gap);
  }

  /** Hands the lines to the sink, and then gives their room in the ring back. */
  #flush(): void {
    const end = this.#ring.positionOf(this.#assembler.oldest);
    if (this.#out.length > 0) {
      this.#journal?.begin(this.#out.length, BigInt(end));
      this.#sink.write(this.#out.view);
      this.#out.reset();
    }
    for (const gap of this.#gaps.splice(0)) this.#ledger.written(gap, gap.total);
    this.#ring.release(end);
    this.#journal?.end();
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((fulfil) => {
    setTimeout(fulfil, ms);
  });
}
