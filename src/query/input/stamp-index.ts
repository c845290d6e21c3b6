import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { HeaderReader } from '../../audit/parse/header.ts';

const NEWLINE = 0x0a;
const PROBE_BYTES = 16 << 10;

/** A part of a file, at the starts of lines. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
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

  /** Stamp of the first record at or behind an offset, in seconds; undefined if there is none near it. */
  secAt(offset: number): number | undefined {
    return this.#recordAt(offset)?.sec;
  }

  /** Stamp of the last record of the file. */
  lastSec(): number | undefined {
    const start = Math.max(0, this.sizeBytes - PROBE_BYTES);
    const size = readSync(this.#fd, this.#probe, 0, PROBE_BYTES, start);
    let end = size;
    while (end > 0) {
      const newline = this.#probe.lastIndexOf(NEWLINE, end - 2);
      if (this.#header.read(this.#probe, newline + 1, end)) return this.#header.sec;
      if (newline < 0) return undefined;
      end = newline + 1;
    }
    return undefined;
  }

  /** Start of a line before which all records are older than `sec`. */
  offsetOf(sec: number): number {
    let low = 0;
    let high = this.sizeBytes;
    while (high - low > PROBE_BYTES) {
      const middle = Math.floor((low + high) / 2);
      const record = this.#recordAt(middle);
      if (record === undefined || record.sec >= sec) high = middle;
      else low = record.offset;
    }
    return low;
  }

  /** End of a line behind which all records are younger than `sec`. */
  endOffsetOf(sec: number): number {
    let low = 0;
    let high = this.sizeBytes;
    while (high - low > PROBE_BYTES) {
      const middle = Math.floor((low + high) / 2);
      const record = this.#recordAt(middle);
      if (record === undefined || record.sec > sec) high = middle;
      else low = record.offset;
    }
    return this.#recordAt(high)?.offset ?? this.sizeBytes;
  }

  #recordAt(offset: number): { readonly offset: number; readonly sec: number } | undefined {
    const size = readSync(this.#fd, this.#probe, 0, PROBE_BYTES, offset);
    let start = offset === 0 ? 0 : this.#probe.subarray(0, size).indexOf(NEWLINE) + 1;
    if (offset > 0 && start === 0) return undefined;
    while (start < size) {
      const newline = this.#probe.subarray(0, size).indexOf(NEWLINE, start);
      const end = newline < 0 ? size : newline;
      if (this.#header.read(this.#probe, start, end))
        return { offset: offset + start, sec: this.#header.sec };
      start = end + 1;
    }
    return undefined;
  }
}
