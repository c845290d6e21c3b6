import { EventGrouper, isAlwaysAlone } from '../../audit/group/grouper.ts';
import { SPAN_WIDTH, type GroupedEvent } from '../../audit/group/grouped-event.ts';
import { HeaderReader } from '../../audit/parse/header.ts';
import { MAX_LINE_BYTES } from '../input/line-chunks.ts';
import type { BytesModule } from '../simd/bytes-module.ts';
import { EVENT_WIDTH, RECORD_WIDTH, type EventBatch } from './event-batch.ts';
import { ModuleScan } from './module-scan.ts';
import { compareStamps, type Stamp } from './stamp.ts';

const NEWLINE = 0x0a;
const EOE = 1320;

/** Which records count; times are seconds since the epoch, both ends included. */
export interface SegmentOptions {
  readonly startSec: number | undefined;
  readonly endSec: number | undefined;
  readonly timeoutSec: number;
}

/** The events of a segment, and what its neighbours must know of it. */
export interface ScannedSegment {
  readonly batch: EventBatch;
  /** Oldest and youngest stamp of the records that count; undefined if there are none. */
  readonly lowest: Stamp | undefined;
  readonly highest: Stamp | undefined;
  /** Stamp of the first record, whether or not it counts. */
  readonly first: Stamp | undefined;
  readonly badLines: number;
}

/**
 * Turns a part of a log that stands by itself into events.
 *
 * In most logs the records of an event stand together, and events in the order of their stamps: they can be
 * taken as they stand. Where they do not, they are put together by {@link EventGrouper}, to which the result
 * is always equal.
 */
export class SegmentScan {
  readonly #options: SegmentOptions;
  readonly #header = new HeaderReader();
  readonly #byModule: ModuleScan;
  #meta = new Float64Array(1 << 16);
  #used = 0;
  #nodes: string[] = [];
  #count = 0;
  #isSorted = true;
  readonly #nodeNumbers = new Map<string, number>();
  readonly #startSec: number;
  readonly #endSec: number;
  #sec = -1;
  #milli = 0;
  #serial = 0;
  #lastNode = -1;
  #isOpen = false;
  #event = 0;
  #lowest: Stamp | undefined;
  #highest: Stamp | undefined;
  #first: Stamp | undefined;
  #badLines = 0;

  constructor(options: SegmentOptions) {
    this.#options = options;
    this.#byModule = new ModuleScan(options);
    this.#startSec = options.startSec ?? -Infinity;
    this.#endSec = options.endSec ?? Infinity;
  }

  /**
   * Reads the lines of `bytes`.
   *
   * The result is valid until the next call.
   *
   * @param index place of the segment; it decides the order of events of different segments.
   * @param module reads the lines faster, if the bytes stand at the start of its text.
   * @param places events without one of them may be left out; in rising order.
   */
  scan(
    bytes: Buffer<ArrayBuffer>,
    index: number,
    module?: BytesModule,
    places?: readonly number[],
  ): ScannedSegment {
    const scanned = module === undefined ? undefined : this.#byModule.scan(module, bytes, index, places);
    if (scanned !== undefined) return scanned;
    this.#reset();
    this.#lines(bytes, index);
    if (!this.#isSorted) this.#group(bytes, index);
    return {
      batch: {
        index,
        bytes,
        meta: this.#meta.subarray(0, this.#used),
        nodes: this.#nodes,
        eventCount: this.#count,
      },
      lowest: this.#lowest,
      highest: this.#highest,
      first: this.#first,
      badLines: this.#badLines,
    };
  }

  #reset(): void {
    this.#used = 0;
    this.#nodes = [];
    this.#nodeNumbers.clear();
    this.#count = 0;
    this.#isSorted = true;
    this.#sec = -1;
    this.#milli = 0;
    this.#serial = 0;
    this.#isOpen = false;
    this.#lowest = undefined;
    this.#highest = undefined;
    this.#first = undefined;
    this.#badLines = 0;
  }

  /** Takes the lines as they stand, and notes whether that was right. */
  #lines(bytes: Buffer, index: number): void {
    const header = this.#header;
    for (let start = 0; start < bytes.length;) {
      const found = bytes.indexOf(NEWLINE, start);
      const end = found < 0 ? bytes.length : found;
      if (end > start) {
        if (end - start <= MAX_LINE_BYTES && header.read(bytes, start, end))
          this.#line(bytes, start, end, index);
        else this.#badLines += 1;
      }
      start = end + 1;
    }
    if (this.#sec >= 0) this.#widen({ sec: this.#sec, milli: this.#milli, serial: this.#serial });
  }

  #line(bytes: Buffer, start: number, end: number, index: number): void {
    const header = this.#header;
    const { sec, milli, serial, type } = header;
    if (this.#first === undefined && sec !== 0) this.#first = stampOf(header);
    if (sec < this.#startSec || sec > this.#endSec) return;
    const node = header.nodeEnd === 0 ? -1 : this.#node(bytes, header);
    const isSame = serial === this.#serial && milli === this.#milli && sec === this.#sec;
    if (isSame && this.#isOpen && node === this.#lastNode) {
      this.#record(this.#event, type, start, end, header.bodyStart);
      return;
    }
    if (isSame ? node !== this.#lastNode : !this.#isYounger(header)) this.#isSorted = false;
    if (this.#sec < 0) this.#lowest = stampOf(header);
    this.#sec = sec;
    this.#milli = milli;
    this.#serial = serial;
    this.#lastNode = node;
    // The end of an event that is not there begins none.
    this.#isOpen = type !== EOE && !isAlwaysAlone(type);
    if (type === EOE) return;
    this.#event = this.#begin(header, node, index);
    this.#record(this.#event, type, start, end, header.bodyStart);
  }

  #isYounger({ sec, milli, serial }: Stamp): boolean {
    if (sec !== this.#sec) return sec > this.#sec;
    if (milli !== this.#milli) return milli > this.#milli;
    return serial > this.#serial;
  }

  #widen(stamp: Stamp): void {
    if (this.#lowest === undefined || compareStamps(stamp, this.#lowest) < 0) this.#lowest = stamp;
    if (this.#highest === undefined || compareStamps(stamp, this.#highest) > 0) this.#highest = stamp;
  }

  #node(bytes: Buffer, header: HeaderReader): number {
    return this.#nodeNumber(bytes.toString('latin1', header.nodeStart, header.nodeEnd));
  }

  #nodeNumber(name: string): number {
    let number = this.#nodeNumbers.get(name);
    if (number === undefined) {
      number = this.#nodes.push(name) - 1;
      this.#nodeNumbers.set(name, number);
    }
    return number;
  }

  #begin(stamp: Stamp, node: number, index: number): number {
    const at = this.#used;
    this.#room(EVENT_WIDTH);
    const meta = this.#meta;
    meta[at] = stamp.sec;
    meta[at + 1] = stamp.milli;
    meta[at + 2] = stamp.serial;
    meta[at + 3] = node;
    meta[at + 4] = index * 0x100000000 + this.#count;
    meta[at + 5] = 0;
    this.#count += 1;
    return at;
  }

  #record(event: number, type: number, start: number, end: number, body: number): void {
    const at = this.#used;
    this.#room(RECORD_WIDTH);
    const meta = this.#meta;
    meta[at] = type;
    meta[at + 1] = start;
    meta[at + 2] = end;
    meta[at + 3] = body;
    meta[event + 5]! += 1;
  }

  #room(count: number): void {
    this.#used += count;
    if (this.#used <= this.#meta.length) return;
    const bigger = new Float64Array(this.#meta.length * 2);
    bigger.set(this.#meta);
    this.#meta = bigger;
  }

  /** Puts the records together that were found mixed. */
  #group(bytes: Buffer, index: number): void {
    const startSec = this.#startSec;
    const endSec = this.#endSec;
    this.#used = 0;
    this.#count = 0;
    this.#nodes = [];
    this.#nodeNumbers.clear();
    const grouper = new EventGrouper((event) => this.#take(event, index), this.#options.timeoutSec);
    const header = this.#header;
    for (let start = 0; start < bytes.length;) {
      const found = bytes.indexOf(NEWLINE, start);
      const end = found < 0 ? bytes.length : found;
      const isRecord = end > start && end - start <= MAX_LINE_BYTES && header.read(bytes, start, end);
      if (isRecord && header.sec >= startSec && header.sec <= endSec) {
        this.#widen(stampOf(header));
        grouper.add(header, bytes, start, end - start);
      }
      start = end + 1;
    }
    grouper.end();
  }

  #take(event: GroupedEvent, index: number): void {
    const node = event.node === null ? -1 : this.#nodeNumber(event.node);
    const at = this.#begin(event, node, index);
    const { spans } = event;
    for (let i = 0; i < spans.length; i += SPAN_WIDTH)
      this.#record(at, spans[i + 2]!, spans[i]!, spans[i]! + spans[i + 1]!, 0);
  }
}

function stampOf({ sec, milli, serial }: Stamp): Stamp {
  return { sec, milli, serial };
}
