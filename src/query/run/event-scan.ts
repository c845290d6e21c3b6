import { EventGrouper } from '../../audit/group/grouper.ts';
import { SPAN_WIDTH, type GroupedEvent } from '../../audit/group/grouped-event.ts';
import { HeaderReader } from '../../audit/parse/header.ts';
import { ChunkStore, type Chunk } from '../input/chunk-store.ts';

const NEWLINE = 0x0a;

/** A line that belongs to no event. */
export interface BadLine {
  readonly file: string;
  /** Counted from 1 within the file, if the file was read from its start. */
  readonly lineNumber: number;
  readonly reason: string;
}

/** Which records are looked at. Times are seconds since the epoch, both ends included. */
export interface ScanOptions {
  readonly startSec: number | undefined;
  readonly endSec: number | undefined;
  readonly timeoutSec: number;
  /** Leave events without their last record for a later run. */
  readonly keepsUnfinished?: boolean;
  readonly onBadLine?: ((line: BadLine) => void) | undefined;
}

/**
 * Turns chunks of lines into events.
 *
 * Runs on one thread, over the head of each line only; what costs time is done with whole events, elsewhere.
 */
export class EventScan {
  readonly #options: ScanOptions;
  readonly #header = new HeaderReader();
  readonly #store = new ChunkStore();
  readonly #grouper: EventGrouper;
  readonly #ready: GroupedEvent[] = [];
  #file = '';
  #lineNumber = 0;
  /** Lines that were no audit records. */
  badLines = 0;
  /** Stamp of the first record of the input, in or out of the time range; for reports. */
  first: { sec: number; milli: number } | undefined = undefined;

  constructor(options: ScanOptions) {
    this.#options = options;
    this.#grouper = new EventGrouper((event) => this.#ready.push(event), options.timeoutSec);
  }

  /** Reads a chunk; {@link drain} then has the events that it completed. */
  push(chunk: Chunk): void {
    if (chunk.file !== this.#file) {
      this.#file = chunk.file;
      this.#lineNumber = 0;
    }
    this.#store.add(chunk, () => this.#grouper.pendingSpans());
    const { bytes, base } = chunk;
    for (let start = 0; start < bytes.length;) {
      const found = bytes.indexOf(NEWLINE, start);
      const end = found < 0 ? bytes.length : found;
      this.#lineNumber += 1;
      if (end > start) this.#line(bytes, start, end, base);
      start = end + 1;
    }
  }

  /** The input has ended: all events are complete, unless a later run is to finish them. */
  end(): void {
    if (this.#options.keepsUnfinished === true) this.#grouper.pause();
    else this.#grouper.end();
  }

  /** Gives each complete event to `take`, in order. */
  drain(take: (event: GroupedEvent) => boolean | void): void {
    for (const event of this.#ready) if (take(event) === false) break;
    this.#ready.length = 0;
  }

  /** Copies the line of a record of an event that {@link drain} gave. */
  copyLine(event: GroupedEvent, record: number, target: Buffer, at: number): void {
    const span = record * SPAN_WIDTH;
    this.#store.copy(event.spans[span] ?? 0, event.spans[span + 1] ?? 0, target, at);
  }

  #line(bytes: Buffer, start: number, end: number, base: number): void {
    const header = this.#header;
    if (!header.read(bytes, start, end)) {
      this.badLines += 1;
      this.#options.onBadLine?.({
        file: this.#file,
        lineNumber: this.#lineNumber,
        reason: 'no type= and msg=audit(...) at its start',
      });
      return;
    }
    if (header.sec !== 0) this.first ??= { sec: header.sec, milli: header.milli };
    const { startSec, endSec } = this.#options;
    if (startSec !== undefined && header.sec < startSec) return;
    if (endSec !== undefined && header.sec > endSec) return;
    this.#grouper.add(header, bytes, base + start, end - start);
  }
}
