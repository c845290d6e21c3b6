import { closeSync, openSync, readSync } from 'node:fs';
import { NeedleSearch } from './needle-search.ts';
import { BytesModule } from '../simd/bytes-module.ts';
import { StampIndex, type ByteRange } from './stamp-index.ts';
import { marginSec, type TimeSpan } from './time-span.ts';

const BLOCK_BYTES = 4 << 20;
/** From so many hits in a block on it is cheaper to take the rest of it. */
const MANY_HITS = 8;
/** So many hits in a block are noted; from there on all events are looked at. */
const MAX_NOTED_HITS = 4096;
/** A smaller log is read as a whole: that costs nothing, and misses nothing. */
const SMALL_BYTES = 1 << 20;
/** At so many places it is looked whether time runs backwards. */
const SAMPLES = 32;

/** What narrows a search down before its events are grouped. */
export interface Narrowing extends TimeSpan {
  /** Each event that can match has a record with one of these byte strings. */
  readonly needles: readonly Buffer[] | undefined;
  /** Give up when more bytes than that lie around the needles. */
  readonly maxBytes?: number;
}

/** The parts of a log that matter. */
export interface Relevant {
  readonly ranges: readonly ByteRange[];
  /** Where the needles stand in the file, if they were noted. */
  readonly hits?: readonly number[];
  /** What was looked at: behind it nothing is known. */
  readonly sizeBytes?: number;
  /** So much lies around hits that the search for them was given up. */
  readonly isTooMuch?: boolean;
}

/**
 * The parts of a log that can hold what is looked for.
 *
 * Around each block with a needle, so much of the log is taken that events are grouped as in the whole log.
 * A log whose time runs backwards is taken as a whole.
 */
export function relevantRanges(path: string, narrowing: Narrowing): Relevant {
  using index = new StampIndex(path);
  const whole = { start: 0, end: Infinity };
  if (index.sizeBytes <= SMALL_BYTES) return { ranges: [whole] };
  const first = index.secAt(0);
  const last = index.lastSec();
  if (first === undefined || last === undefined || last < first) return { ranges: [whole] };
  const margin = marginSec(narrowing);
  if (runsBackwards(index, margin)) return { ranges: [whole] };
  const window = timeWindow(index, narrowing, first, last, margin);
  if (window === undefined) return { ranges: [] };
  if (narrowing.needles === undefined) return { ranges: [window] };
  return needleRanges(path, index, window, narrowing, margin) ?? { ranges: [window] };
}

/** Whether time runs backwards, as far as can be seen from some places: a log put together from others. */
function runsBackwards(index: StampIndex, margin: number): boolean {
  let before = 0;
  for (let i = 0; i < SAMPLES; i += 1) {
    const sec = index.secAt(Math.floor((index.sizeBytes / SAMPLES) * i)) ?? before;
    if (sec + margin < before) return true;
    before = Math.max(before, sec);
  }
  return false;
}

function timeWindow(
  index: StampIndex,
  { startSec, endSec }: Narrowing,
  first: number,
  last: number,
  margin: number,
): ByteRange | undefined {
  if (startSec !== undefined && last < startSec - margin) return undefined;
  if (endSec !== undefined && first > endSec + margin) return undefined;
  const start = startSec === undefined || startSec - margin <= first ? 0 : index.offsetOf(startSec - margin);
  const isOpen = endSec === undefined || endSec + margin >= last;
  return { start, end: isOpen ? Infinity : index.endOffsetOf(endSec + margin) };
}

let room: BytesModule | undefined;

/** One for all files: its memory takes many addresses. */
function roomFor(sizeBytes: number): BytesModule | undefined {
  if (room === undefined || room.sizeBytes < sizeBytes) room = BytesModule.open(sizeBytes);
  return room;
}

/** Undefined if the time of the log runs backwards somewhere. */
function needleRanges(
  path: string,
  index: StampIndex,
  window: ByteRange,
  { needles = [], maxBytes = Infinity }: Narrowing,
  margin: number,
): Relevant | undefined {
  const overlap = Math.max(...needles.map((needle) => needle.length)) - 1;
  const search = new NeedleSearch(needles, BLOCK_BYTES + overlap, roomFor(BLOCK_BYTES + overlap));
  const { buffer } = search;
  const ranges: ByteRange[] = [];
  let hits: number[] | undefined = [];
  const end = Math.min(window.end, index.sizeBytes);
  const fd = openSync(path, 'r');
  let before = 0;
  try {
    for (let start = window.start; start < end; start += BLOCK_BYTES) {
      const sec = index.secAt(start) ?? before;
      if (sec + margin < before) return undefined;
      before = Math.max(before, sec);
      const size = readSync(fd, buffer, 0, Math.min(BLOCK_BYTES + overlap, end - start), start);
      const block = { start, end: start + size };
      const found = addHits(ranges, block, search.hits(size), (from, to) =>
        around(index, from, to, window, margin),
      );
      if (sizeOf(ranges, index.sizeBytes) > maxBytes) return { ranges: [window], isTooMuch: true };
      if (found === undefined) hits = undefined;
      else hits?.push(...found);
    }
  } finally {
    closeSync(fd);
  }
  // What was appended meanwhile has not been looked at.
  if (window.end === Infinity) add(ranges, { start: index.sizeBytes, end: Infinity });
  const sizeBytes = index.sizeBytes;
  return {
    ranges: ranges.filter((range) => range.start < range.end),
    ...(hits === undefined ? {} : { hits, sizeBytes }),
  };
}

/**
 * Adds what lies around the needles of a block; around the whole block if it has many.
 *
 * @returns where the needles stand, or undefined if there are too many to note.
 */
function addHits(
  ranges: ByteRange[],
  { start, end }: ByteRange,
  found: Iterable<number>,
  rangeAround: (from: number, to: number) => ByteRange,
): number[] | undefined {
  const hits: number[] = [];
  let covered = 0;
  let count = 0;
  for (const at of found) {
    hits.push(start + at);
    if (hits.length > MAX_NOTED_HITS) {
      add(ranges, rangeAround(start + at, end));
      return undefined;
    }
    if (start + at < covered) continue;
    const range = count < MANY_HITS ? rangeAround(start + at, start + at + 1) : rangeAround(start + at, end);
    add(ranges, range);
    covered = range.end;
    count += 1;
  }
  return hits;
}

function around(index: StampIndex, start: number, end: number, window: ByteRange, margin: number): ByteRange {
  const first = index.secAt(Math.max(0, start - 1));
  const last = index.secAt(end) ?? index.lastSec();
  const from = first === undefined ? window.start : index.offsetOf(first - margin);
  const to = last === undefined ? window.end : index.endOffsetOf(last + margin);
  return {
    start: Math.max(window.start, from),
    end: Math.min(window.end, to >= index.sizeBytes ? Infinity : to),
  };
}

function add(ranges: ByteRange[], range: ByteRange): void {
  const last = ranges.at(-1);
  if (last !== undefined && range.start <= last.end) {
    ranges[ranges.length - 1] = { start: last.start, end: Math.max(last.end, range.end) };
  } else {
    ranges.push(range);
  }
}

function sizeOf(ranges: readonly ByteRange[], fileBytes: number): number {
  return ranges.reduce((sum, { start, end }) => sum + Math.min(end, fileBytes) - start, 0);
}
