import { EVENT_AT, STATE_AT } from '../abi/abi.ts';
import { ByteWriter } from '../audit/write/byte-writer.ts';
import type { ProgramDirectory } from '../bpf/program-directory.ts';
import { Ring } from '../bpf/ring.ts';
import type { SharedMaps } from '../bpf/shared-maps.ts';
import { Assembler } from '../events/assembler.ts';
import { OwnSerials, readEventTime, type EventId } from '../events/event-id.ts';
import type { FieldRef } from '../events/fields.ts';
import { LossTracker, type Gap } from '../events/losses.ts';
import { bootEpochMs } from '../sys/clock.ts';
import { duplicate } from '../sys/descriptor.ts';
import { ReadableWait } from '../sys/readable-wait.ts';
import type { EventOutput } from './event-output.ts';
import { writeGap } from './gap-record.ts';

/** Where finished lines go. */
export interface RecordSink {
  /** Takes whole lines; they must be safe (written, or queued by the sink itself) when it returns. */
  write(lines: Uint8Array): void;
}

/** What a {@link Collector} counted. */
export interface CollectorCounts {
  /** Events that were read. */
  readonly events: number;
  /** Records that the header could not put into the ring. */
  readonly lost: number;
  /** Chunks that made no sense. */
  readonly malformed: number;
  /** Chunks of policies that were built against another ABI version. */
  readonly otherAbi: number;
}

/** Pause after a batch before the ring is looked at again; whoever writes meanwhile wakes nobody. */
const COALESCE_MS = 2;
/** Text after which lines are handed to the sink. */
const FLUSH_BYTES = 256 * 1024;
/** Longest sleep without looking. */
const IDLE_MS = 1000;

/**
 * Reads the shared ring: the way of a record from the kernel to the log.
 *
 * Room in the ring is given back only after the sink took the lines, so a reader that dies loses nothing.
 */
export class Collector implements Disposable {
  /** Where outputs write their lines; the collector hands them to the sink. */
  readonly out: ByteWriter = new ByteWriter(2 * FLUSH_BYTES);
  /** Serials for events that the kernel gives none. */
  readonly serials: OwnSerials;
  readonly #maps: SharedMaps;
  readonly #ring: Ring;
  readonly #assembler: Assembler;
  readonly #losses: LossTracker;
  readonly #wait: ReadableWait;
  readonly #programs: ProgramDirectory;
  readonly #sink: RecordSink;
  readonly #id: EventId = { seconds: 0, milliseconds: 0, serial: 0 };
  #output: EventOutput | undefined;
  #bootEpochMs: number = bootEpochMs();
  #lost = 0;

  constructor(options: {
    readonly maps: SharedMaps;
    readonly programs: ProgramDirectory;
    readonly sink: RecordSink;
  }) {
    this.#maps = options.maps;
    this.#programs = options.programs;
    this.#sink = options.sink;
    const state = options.maps.state;
    this.serials = new OwnSerials(state.getUint32(STATE_AT.own_serial, true), (last) =>
      state.setUint32(STATE_AT.own_serial, last, true),
    );
    this.#assembler = new Assembler({
      event: (bytes, view, at, more) => this.#event(bytes, view, at, more),
      note: (kind, _bytes, view, at) => this.#output?.note(kind, view, at),
    });
    this.#losses = new LossTracker((gap) => this.#gap(gap));
    this.#ring = new Ring(options.maps.fd('bpf_audit_ring'), options.maps.ringSize);
    this.#wait = new ReadableWait(duplicate(options.maps.fd('bpf_audit_ring')));
  }

  /** What was counted since the start. */
  get counts(): CollectorCounts {
    const { events, malformed, orphans, otherAbi } = this.#assembler.counts;
    return { events, lost: this.#lost, malformed: malformed + orphans, otherAbi };
  }

  /** Sets what becomes of events; to be called once, before the first {@link drain}. */
  writeTo(output: EventOutput): void {
    this.#output = output;
  }

  /** Sets what a program had lost before this reader's time. */
  baseline(progId: number, lost: number): void {
    this.#losses.baseline(progId, lost);
  }

  /** Takes everything that is in the ring now. Returns how many chunks that were. */
  drain(): number {
    const ring = this.#ring;
    const count = ring.walk((at, length, position) => {
      this.#assembler.chunk(ring.bytes, ring.view, at, length, position);
      if (this.out.length > FLUSH_BYTES) this.flush();
    });
    this.flush();
    ring.release(this.#assembler.oldest ?? ring.position);
    return count;
  }

  /** Hands the lines to the sink. */
  flush(): void {
    if (this.out.length === 0) return;
    this.#sink.write(this.out.view);
    this.out.reset();
  }

  /** Reads until the signal; what is in the ring then is taken before it returns. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const busy = this.drain() > 0 || !this.#ring.empty;
      const next = this.#tick();
      if (busy) await pause(COALESCE_MS);
      else await this.#sleep(Math.min(next ?? IDLE_MS, IDLE_MS), signal);
    }
    this.drain();
    this.#output?.end();
    this.flush();
  }

  [Symbol.dispose](): void {
    this.#wait[Symbol.dispose]();
    this.#ring[Symbol.dispose]();
  }

  #tick(): number | undefined {
    const next = this.#output?.tick();
    this.flush();
    return next;
  }

  /** Tells the writers to wake us, looks once more, and blocks. */
  async #sleep(ms: number, signal: AbortSignal): Promise<void> {
    const state = this.#maps.state;
    state.setUint32(STATE_AT.asleep, 1, true);
    if (this.#ring.empty) await this.#wait.wait(ms, signal);
    state.setUint32(STATE_AT.asleep, 0, true);
    this.#bootEpochMs = bootEpochMs();
  }

  #event(bytes: Uint8Array, view: DataView, at: number, more: readonly FieldRef[]): void {
    this.#losses.observe(view, at);
    const id = this.#id;
    readEventTime(view, at, this.#bootEpochMs, id);
    id.serial = view.getUint32(at + EVENT_AT.serial, true);
    if (id.serial !== 0) this.serials.seen(id.serial);
    let progId = view.getUint32(at + EVENT_AT.prog_id, true);
    if (progId === 0) {
      const selfMap = view.getUint32(at + EVENT_AT.self_map, true);
      progId = this.#programs.foreignId(selfMap, view.getUint16(at + EVENT_AT.site, true));
    }
    this.#output?.event(bytes, view, at, more, progId, id);
  }

  #gap(gap: Gap): void {
    this.#lost += gap.lost;
    const now = Date.now();
    const id = { seconds: Math.floor(now / 1000), milliseconds: now % 1000, serial: this.serials.next() };
    writeGap(this.out, id, gap);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((fulfil) => {
    setTimeout(fulfil, ms);
  });
}
