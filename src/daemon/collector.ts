import { EVENT_AT, STATE_AT } from '../abi/abi.ts';
import { ByteWriter } from '../audit/write/byte-writer.ts';
import type { ProgramDirectory } from '../bpf/program-directory.ts';
import { Ring, type ChunkHandler } from '../bpf/ring.ts';
import type { SharedMaps } from '../bpf/shared-maps.ts';
import { WrittenMap } from '../bpf/written-map.ts';
import { Assembler } from '../events/assembler.ts';
import { OwnSerials, readEventTime } from '../events/event-id.ts';
import type { FieldRef } from '../events/fields.ts';
import { LossTracker, type Gap } from '../events/losses.ts';
import { usualMemory } from '../events/usual-line.ts';
import { bootEpochMs } from '../sys/clock.ts';
import { duplicate } from '../sys/descriptor.ts';
import { ReadableWait } from '../sys/readable-wait.ts';
import type { CollectorCounts, CollectorOptions, RecordSink } from './collector-options.ts';
import type { FormattableEvent } from './event-format.ts';
import { tuneEngine } from './engine.ts';
import type { EventOutput, RecordLeft } from './event-output.ts';
import { auditGap, type GapFormat } from './gap-record.ts';
import { Journal } from './journal.ts';
import { LinePrefix } from './line-prefix.ts';
import { LogProgress } from './log-progress.ts';
import { LossLedger } from './loss-ledger.ts';
import { BatchMeter } from './metrics/batch-meter.ts';
import type { LatencySummary } from './metrics/latency.ts';
import { wordsFor, WrittenNotes } from './written-notes.ts';

export type { CollectorCounts, CollectorOptions, RecordSink } from './collector-options.ts';

// Constants of this module are compiled in, those of another are looked up at every use.
const { serial: SERIAL, prog_id: PROG_ID } = EVENT_AT;

/**
 * Pause after a batch before the ring is looked at again; whoever writes meanwhile wakes nobody. It doubles while
 * batches are small: looking costs more than the few records that there are.
 */
const COALESCE_MS = { first: 2, longest: 12 } as const;
/** Chunks of a batch that is worth the look. */
const FEW_CHUNKS = 64;
/** Bytes of the ring after which lines are handed to the sink. */
const BATCH_BYTES = 512 * 1024;
/** Longest sleep without looking. */
const IDLE_MS = 1000;

/**
 * Reads the shared ring: the way of a record from the kernel to the log.
 *
 * Room in the ring is given back only after the sink took the lines, so a reader that dies loses nothing.
 */
export class Collector implements Disposable {
  /** Where outputs write their lines; the collector hands them to the sink. */
  readonly out: ByteWriter = new ByteWriter(usualMemory);
  /** Serials for events that the kernel gives none. */
  readonly serials: OwnSerials;
  /** What outlives this reader. */
  readonly progress: LogProgress;
  readonly #maps: SharedMaps;
  readonly #ring: Ring;
  readonly #assembler: Assembler;
  readonly #losses: LossTracker;
  readonly #ledger: LossLedger;
  readonly #journal: Journal | undefined;
  readonly #wait: ReadableWait;
  readonly #writtenMap: WrittenMap;
  readonly #programs: ProgramDirectory;
  readonly #sink: RecordSink;
  readonly #gapFormat: GapFormat;
  readonly #prefix: LinePrefix | undefined;
  readonly #meter = new BatchMeter();
  readonly #gaps: Gap[] = [];
  /** The one event that is handed on. */
  readonly #current: FormattableEvent;
  /** Takes one chunk; always the same function, so that the compiler can rely on it. */
  readonly #take: ChunkHandler;
  #output: EventOutput | undefined;
  #bootEpochMs: number = bootEpochMs();
  /** Up to here the ring holds what a reader before may have written already. */
  #pastEnd = 0;
  #lost = 0;
  #skipped = 0;
  #filtered = 0;
  #tickedMs = 0;

  constructor(options: CollectorOptions) {
    tuneEngine();
    this.#maps = options.maps;
    this.#programs = options.programs;
    this.#sink = options.sink;
    this.#gapFormat = options.gapFormat ?? auditGap;
    this.#prefix = options.linePrefix === undefined ? undefined : new LinePrefix(options.linePrefix);
    const state = options.maps.state;
    this.serials = new OwnSerials(state.getUint32(STATE_AT.own_serial, true), (last) =>
      state.setUint32(STATE_AT.own_serial, last, true),
    );
    this.#assembler = new Assembler({
      event: (bytes, view, at, more, from) => this.#event(bytes, view, at, more, from),
      note: (kind, _bytes, view, at) => this.#output?.note(kind, view, at),
    });
    this.#losses = new LossTracker((gap) => this.#gap(gap));
    this.#ledger = new LossLedger(options.maps, this.#losses);
    this.#ring = new Ring(options.maps.fd('bpf_audit_ring'), options.maps.ringSize);
    const { bytes, view } = this.#ring;
    this.#current = {
      bytes,
      view,
      at: 0,
      more: [],
      progId: 0,
      from: 0,
      id: { seconds: 0, milliseconds: 0, serial: 0 },
      programs: options.programs,
    };
    this.#take = (at, length) => this.#assembler.chunk(bytes, view, at, length);
    this.#wait = new ReadableWait(duplicate(options.maps.fd('bpf_audit_ring')));
    this.#journal = options.sink.log && new Journal(state, options.sink.log);
    this.#writtenMap = new WrittenMap(options.maps, wordsFor(options.maps.ringSize));
    this.progress = new LogProgress(state, new WrittenNotes(this.#writtenMap.words, this.#ring.size));
    this.#recover();
  }

  /** What was counted since the start. */
  get counts(): CollectorCounts {
    const { events, malformed, orphans, otherAbi } = this.#assembler.counts;
    return {
      events: events - this.#skipped,
      lost: this.#lost,
      malformed: malformed + orphans,
      otherAbi,
      written: this.#meter.written,
      filtered: this.#filtered,
    };
  }

  /** How long records took from the hook to the log. */
  get latency(): LatencySummary {
    return this.#meter.latency;
  }

  /** The ring's size and what of it is in use, in bytes. */
  get ring(): { readonly size: number; readonly fill: number } {
    return { size: this.#ring.size, fill: this.#ring.fill };
  }

  /** When it last looked at the ring and at what waits, on the clock of the process. */
  get tickedMs(): number {
    return this.#tickedMs;
  }

  /** Records that were taken and wait for the kernel's. */
  get waiting(): number {
    return this.#output?.waitingBefore(Infinity) ?? 0;
  }

  /** What became of the records of each program, and of all. */
  get ledger(): LossLedger {
    return this.#ledger;
  }

  /** To be called for records that a rule leaves out. */
  readonly leftOut: (records?: number) => void = (records = 1) => {
    this.#filtered += records;
  };

  /** To be called for each record that was written to {@link out}. */
  readonly left: RecordLeft = this.#meter.left;

  /** Sets what becomes of events; to be called once, before the first {@link drain}. */
  writeTo(output: EventOutput): void {
    this.#output = output;
  }

  /** Takes everything that is in the ring now. Returns how many chunks that were. */
  drain(): number {
    const ring = this.#ring;
    const start = ring.position;
    let count = 0;
    let batch = 0;
    do {
      batch = ring.walk(this.#take, BATCH_BYTES);
      this.flush();
      count += batch;
      // not for ever, however fast the ring fills: the event loop needs its turn
    } while (batch > 0 && !ring.empty && ring.position - start < ring.size);
    if (ring.empty && this.#assembler.oldest !== undefined) {
      this.#assembler.abandon();
      this.flush();
    }
    return count;
  }

  /** Reports losses that no record has told of: those behind the last record of a program. */
  settle(): void {
    this.#ledger.settle();
    this.flush();
  }

  /** Hands the lines to the sink, and then gives their room in the ring back. */
  flush(): void {
    const end = this.#keep();
    this.progress.begin(end, this.#output?.waitingBefore(end) ?? 0);
    if (this.out.length > 0) {
      const lines = this.#prefix ? this.#prefix.before(this.out.view) : this.out.view;
      this.#journal?.begin(lines.length, BigInt(end));
      this.#sink.write(lines);
      this.out.reset();
      this.#meter.batchWritten();
    }
    this.progress.commit();
    for (const gap of this.#gaps.splice(0)) this.#ledger.written(gap, gap.total);
    this.#ring.release(end);
    this.#journal?.end();
  }

  /** Where in the ring an event lies, by its offset: valid until its room is given back. */
  positionOf(from: number): number {
    return this.#ring.positionOf(from);
  }

  /** Reads until the signal; then {@link end} is to be called. */
  async run(signal: AbortSignal): Promise<void> {
    let pauseMs: number = COALESCE_MS.first;
    while (!signal.aborted) {
      const chunks = this.drain();
      const busy = chunks > 0 || !this.#ring.empty;
      const next = this.tick() ?? IDLE_MS;
      if (busy) {
        await pause(Math.min(pauseMs, next));
        pauseMs = chunks < FEW_CHUNKS ? Math.min(COALESCE_MS.longest, 2 * pauseMs) : COALESCE_MS.first;
      } else {
        await this.#sleep(Math.min(next, IDLE_MS), signal);
        pauseMs = COALESCE_MS.first;
      }
    }
  }

  /** Lets go of what has waited too long. Returns in how many milliseconds to call again, if at all. */
  tick(): number | undefined {
    this.#tickedMs = performance.now();
    const next = this.#output?.tick();
    this.flush();
    return next;
  }

  /** Takes what is in the ring for the last time, and writes everything that still waits. */
  end(): void {
    this.drain();
    this.#output?.end();
    this.settle();
  }

  [Symbol.dispose](): void {
    this.#wait[Symbol.dispose]();
    this.#ledger[Symbol.dispose]();
    this.#writtenMap[Symbol.dispose]();
    this.#ring[Symbol.dispose]();
  }

  #recover(): void {
    const decide = (isWritten: boolean): void => this.progress.recover(isWritten);
    if (this.#journal) this.#journal.recover((end) => this.#ring.skipTo(end), decide);
    else decide(false);
    this.#pastEnd = this.#ring.end;
  }

  /**
   * Position up to which the ring is given back: what is still in the making stays. What waits for the kernel
   * stays as long as half of the ring is free, since new events are worth more than the second life of old ones.
   */
  #keep(): number {
    const ring = this.#ring;
    const end = ring.positionOf(this.#assembler.oldest);
    // the begin of an event, not any place: the next reader goes on there
    const waiting = this.#output?.oldest(ring.position - ring.size / 2);
    return waiting === undefined ? end : Math.min(end, waiting);
  }

  /** Tells the writers to wake us, looks once more, and blocks. */
  async #sleep(ms: number, signal: AbortSignal): Promise<void> {
    this.settle();
    const state = this.#maps.state;
    state.setUint32(STATE_AT.asleep, 1, true);
    if (this.#ring.empty) await this.#wait.wait(ms, signal);
    state.setUint32(STATE_AT.asleep, 0, true);
    this.#bootEpochMs = bootEpochMs();
  }

  #event(bytes: Uint8Array, view: DataView, at: number, more: readonly FieldRef[], from: number): void {
    if (this.#pastEnd > 0 && this.#isPast(from)) {
      this.#skipped++;
      return;
    }
    this.#losses.observe(view, at);
    const event = this.#current;
    readEventTime(view, at, this.#bootEpochMs, event.id);
    const serial = view.getInt32(at + SERIAL, true);
    if (serial !== 0) this.serials.seen(serial);
    event.id.serial = serial >>> 0;
    let progId = view.getInt32(at + PROG_ID, true);
    if (progId === 0) {
      const selfMap = view.getUint32(at + EVENT_AT.self_map, true);
      progId = this.#programs.foreignId(selfMap, view.getUint16(at + EVENT_AT.site, true));
    }
    // nearly always the same: the ring
    if (event.view !== view) {
      event.bytes = bytes;
      event.view = view;
    }
    event.at = at;
    if (event.more !== more) event.more = more;
    event.progId = progId;
    event.from = from;
    this.#output!.event(event);
  }

  /** Whether the reader before has written the event that lies there. */
  #isPast(from: number): boolean {
    const position = this.#ring.positionOf(from);
    if (position < this.#pastEnd) return this.progress.isWritten(position);
    this.#pastEnd = 0;
    return false;
  }

  #gap(gap: Gap): void {
    this.#lost += gap.lost;
    this.#gapFormat(this.out, this.serials.idAt(Date.now()), gap);
    this.#gaps.push(gap);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((fulfil) => {
    setTimeout(fulfil, ms);
  });
}
