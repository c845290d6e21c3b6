import { EventGrouper } from '../../audit/group/grouper.ts';
import { SPAN_WIDTH, type GroupedEvent } from '../../audit/group/grouped-event.ts';
import { HeaderReader } from '../../audit/parse/header.ts';
import { ChunkStore, type Chunk } from '../input/chunk-store.ts';
import { MAX_LINE_BYTES } from '../input/line-chunks.ts';
import { NO_HEADER, TOO_LONG, type LinePlace } from '../input/unreadable-lines.ts';

const NEWLINE = 0x0a;

/** Which records are looked at. Times are seconds since the epoch, both ends included. */
export interface ScanOptions {
  readonly startSec: number | undefined;
  readonly endSec: number | undefined;
  readonly timeoutSec: number;
  /** Leave events without their last record for a later run. */
  readonly keepsUnfinished?: boolean;
  readonly onBadLine?: ((line: LinePlace) => void) | undefined;
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
  /** Events that have records in the chunk that is read. */
  #users: GroupedEvent[] = [];
  #file = '';
  #lineNumber = 0;
  /** Lines that were no audit records. */
  badLines = 0;
  /** Lines that were too long to be looked at. */
  longLines = 0;
  /** The first of both; its line is counted from where the file was read from. */
  firstUnreadable: LinePlace | undefined = undefined;
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
    this.#users = [];
    this.#store.add(chunk, this.#users);
    for (let i = 0; i < (chunk.longBefore ?? 0); i += 1) this.#tooLong();
    const { bytes, base } = chunk;
    for (let start = 0; start < bytes.length;) {
      const found = bytes.indexOf(NEWLINE, start);
      const end = found < 0 ? bytes.length : found;
      if (end - start > MAX_LINE_BYTES) {
        this.#tooLong();
        start = end + 1;
        continue;
      }
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

  #tooLong(): void {
    this.#lineNumber += 1;
    this.longLines += 1;
    this.#unreadable(TOO_LONG);
  }

  #unreadable(reason: string): void {
    if (this.firstUnreadable !== undefined && this.#options.onBadLine === undefined) return;
    const place = { file: this.#file, lineNumber: this.#lineNumber, reason };
    this.firstUnreadable ??= place;
    this.#options.onBadLine?.(place);
  }

  #line(bytes: Buffer, start: number, end: number, base: number): void {
    const header = this.#header;
    if (!header.read(bytes, start, end)) {
      this.badLines += 1;
      this.#unreadable(NO_HEADER);
      return;
    }
    if (header.sec !== 0) this.first ??= { sec: header.sec, milli: header.milli };
    const { startSec, endSec } = this.#options;
    if (startSec !== undefined && header.sec < startSec) return;
    if (endSec !== undefined && header.sec > endSec) return;
    const event = this.#grouper.add(header, bytes, base + start, end - start);
    if (event !== undefined && event !== this.#users.at(-1)) this.#users.push(event);
  }
}
