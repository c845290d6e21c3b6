import type { ProgramDirectory } from '../bpf/program-directory.ts';
import { Ring, type ChunkHandler } from '../bpf/ring.ts';
import type { SharedMaps } from '../bpf/shared-maps.ts';
import { ByteWriter } from '../audit/write/byte-writer.ts';
import { Assembler, type EventHandler } from '../events/assembler.ts';
import { OwnSerials, readEventTime } from '../events/event-id.ts';
import type { FieldRef } from '../events/fields.ts';
import { LossTracker, type Gap } from '../events/losses.ts';
import { usualMemory } from '../events/usual-line.ts';
import { EVENT_AT, STATE_AT } from '../abi/abi.ts';
import { bootEpochMs } from '../sys/clock.ts';
import { duplicate } from '../sys/descriptor.ts';
import { ReadableWait } from '../sys/readable-wait.ts';
import { writeGap } from './gap-record.ts';
import type { EventFormat, FormattableEvent } from './event-format.ts';

/** Where finished records go. */
export interface RecordSink {
  /** Takes whole lines; they must be safe (written, or queued by the sink itself) when it returns. */
  write(lines: Uint8Array): void;
}

// Constants of this module are compiled in, those of another are looked up at every use.
const { serial: SERIAL, prog_id: PROG_ID } = EVENT_AT;

/** Pause after a batch before the ring is looked at again; whoever writes meanwhile wakes nobody. */
const COALESCE_MS = 2;
/** Text after which lines are handed to the sink. */
const FLUSH_BYTES = 256 * 1024;
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
  readonly #sink: RecordSink;
  readonly #serials: OwnSerials;
  readonly #out = new ByteWriter(usualMemory);
  /** The one event that is being formatted. */
  readonly #current: FormattableEvent;
  /** Takes one chunk; always the same function, so that the compiler can rely on it. */
  readonly #take: ChunkHandler;
  #bootEpochMs: number;
  #lost = 0;

  constructor(options: {
    readonly maps: SharedMaps;
    readonly programs: ProgramDirectory;
    readonly format: EventFormat;
    readonly sink: RecordSink;
  }) {
    this.#maps = options.maps;
    this.#programs = options.programs;
    this.#format = options.format;
    this.#sink = options.sink;
    const state = options.maps.state;
    this.#serials = new OwnSerials(state.getUint32(STATE_AT.own_serial, true), (last) =>
      state.setUint32(STATE_AT.own_serial, last, true),
    );
    const handler: EventHandler = { event: (bytes, view, at, more) => this.#event(bytes, view, at, more) };
    this.#assembler = new Assembler(handler);
    this.#losses = new LossTracker((gap) => this.#gap(gap));
    this.#bootEpochMs = bootEpochMs();
    this.#current = {
      bytes: usualMemory,
      view: state,
      at: 0,
      more: [],
      progId: 0,
      id: { seconds: 0, milliseconds: 0, serial: 0 },
      programs: options.programs,
    };
    this.#ring = new Ring(options.maps.fd('bpf_audit_ring'), options.maps.ringSize);
    const { bytes, view } = this.#ring;
    this.#take = (at, length) => {
      this.#assembler.chunk(bytes, view, at, length);
      if (this.#out.length > FLUSH_BYTES) this.#flush();
    };
    this.#wait = new ReadableWait(duplicate(options.maps.fd('bpf_audit_ring')));
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

  /** Sets what a program had lost before this reader's time. */
  baseline(progId: number, lost: number): void {
    this.#losses.baseline(progId, lost);
  }

  /** Takes everything that is in the ring now. Returns how many chunks that were. */
  drain(): number {
    const ring = this.#ring;
    const count = ring.walk(this.#take);
    this.#flush();
    ring.release(this.#assembler.oldest);
    return count;
  }

  /** Reads until the signal; what is in the ring then is taken before it returns. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const busy = this.drain() > 0 || !this.#ring.empty;
      if (busy) await pause(COALESCE_MS);
      else await this.#sleep(signal);
    }
    this.drain();
  }

  [Symbol.dispose](): void {
    this.#wait[Symbol.dispose]();
    this.#ring[Symbol.dispose]();
  }

  /** Tells the writers to wake us, looks once more, and blocks. */
  async #sleep(signal: AbortSignal): Promise<void> {
    const state = this.#maps.state;
    state.setUint32(STATE_AT.asleep, 1, true);
    if (this.#ring.empty) await this.#wait.wait(IDLE_MS, signal);
    state.setUint32(STATE_AT.asleep, 0, true);
    this.#bootEpochMs = bootEpochMs();
  }

  #event(bytes: Uint8Array, view: DataView, at: number, more: readonly FieldRef[]): void {
    this.#losses.observe(view, at);
    const event = this.#current;
    readEventTime(view, at, this.#bootEpochMs, event.id);
    const serial = view.getInt32(at + SERIAL, true);
    if (serial !== 0) this.#serials.seen(serial);
    event.id.serial = (serial !== 0 ? serial : this.#serials.next()) >>> 0;
    let progId = view.getInt32(at + PROG_ID, true);
    if (progId === 0) {
      const selfMap = view.getUint32(at + EVENT_AT.self_map, true);
      progId = this.#programs.foreignId(selfMap, view.getUint16(at + EVENT_AT.site, true));
    }
    event.bytes = bytes;
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
    writeGap(this.#out, id, gap);
  }

  #flush(): void {
    if (this.#out.length === 0) return;
    this.#sink.write(this.#out.view);
    this.#out.reset();
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((fulfil) => {
    setTimeout(fulfil, ms);
  });
}
