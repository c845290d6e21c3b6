import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { HeaderReader } from '../../audit/parse/header.ts';

const NEWLINE = 0x0a;
const PROBE_BYTES = 16 << 10;
/** Records that are asked for the time of a place: a few with a mangled stamp are outvoted by the others. */
const WITNESSES = 9;

/** A part of a file, at the starts of lines. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Some records that stand together. */
interface Place extends ByteRange {
  /** Their median. */
  readonly sec: number;
}

/**
 * Finds places in a log by time, without reading it: audit logs are written in the order of time, give or
 * take the time that an event takes.
 */
export class StampIndex {
  readonly #fd: number;
  readonly #header = new HeaderReader();
  readonly #probe = Buffer.allocUnsafeSlow(PROBE_BYTES);
  /** Size of the file in bytes when it was opened. */
  readonly sizeBytes: number;

  constructor(path: string) {
    this.#fd = openSync(path, 'r');
    this.sizeBytes = fstatSync(this.#fd).size;
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }

  /** Stamp of the records at or behind an offset, in seconds; undefined if there are none near it. */
  secAt(offset: number): number | undefined {
    return this.#placeAt(offset)?.sec;
  }

  /** Stamp of the last records of the file. */
  lastSec(): number | undefined {
    const start = Math.max(0, this.sizeBytes - PROBE_BYTES);
    const size = readSync(this.#fd, this.#probe, 0, PROBE_BYTES, start);
    const stamps: number[] = [];
    for (let end = size; end > 0 && stamps.length < WITNESSES;) {
      const newline = this.#probe.lastIndexOf(NEWLINE, end - 2);
      if (this.#header.read(this.#probe, newline + 1, end)) stamps.push(this.#header.sec);
      end = newline + 1;
    }
    return median(stamps);
  }

  /** Start of a line before which all records are older than `sec`. */
  offsetOf(sec: number): number {
    let low = 0;
    let high = this.sizeBytes;
    while (high - low > PROBE_BYTES) {
      const middle = Math.floor((low + high) / 2);
      const place = this.#placeAt(middle);
      if (place === undefined || place.sec >= sec) high = middle;
      else low = place.start;
    }
    return low;
  }

  /** End of a line behind which all records are younger than `sec`. */
  endOffsetOf(sec: number): number {
    let low = 0;
    let high = this.sizeBytes;
    while (high - low > PROBE_BYTES) {
      const middle = Math.floor((low + high) / 2);
      const place = this.#placeAt(middle);
      if (place === undefined || place.sec > sec) high = middle;
      else low = place.start;
    }
    return this.#placeAt(high)?.end ?? this.sizeBytes;
  }

  #placeAt(offset: number): Place | undefined {
    const size = readSync(this.#fd, this.#probe, 0, PROBE_BYTES, offset);
    const probe = this.#probe.subarray(0, size);
    let at = offset === 0 ? 0 : probe.indexOf(NEWLINE) + 1;
    if (offset > 0 && at === 0) return undefined;
    let first: number | undefined;
    const stamps: number[] = [];
    for (let isCut = false; at < size && !isCut && stamps.length < WITNESSES;) {
      const newline = probe.indexOf(NEWLINE, at);
      isCut = newline < 0;
      if (this.#header.read(probe, at, isCut ? size : newline)) {
        first ??= offset + at;
        stamps.push(this.#header.sec);
      }
      // A line that the probe cuts in two ends somewhere behind it.
      if (!isCut) at = newline + 1;
    }
    const sec = median(stamps);
    return sec === undefined || first === undefined ? undefined : { start: first, end: offset + at, sec };
  }
}

function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}
