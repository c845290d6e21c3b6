import { HitFilter } from '../input/hit-filter.ts';
import { LogSpace, type LogPiece } from '../input/log-space.ts';
import { needleHits } from '../input/needle-hits.ts';
import { cleanCut } from './clean-cut.ts';
import { EVENT_WIDTH, RECORD_WIDTH, type EventBatch } from './event-batch.ts';
import { SegmentScan, type ScannedSegment, type SegmentOptions } from './segment-scan.ts';

/** Large enough that little is read twice, small enough for the second look at it to find it in the cache. */
const SEGMENT_BYTES = 1 << 20;

/** What all threads must know of the log that they share. */
export interface SegmentJob extends SegmentOptions {
  readonly pieces: readonly LogPiece[];
  /** Each event that counts has a record with one of these byte strings. */
  readonly needles: readonly Uint8Array[] | undefined;
}

/**
 * Reads a log in segments that stand by themselves, so that any thread can read any of them: they are cut
 * where all records before are older than all records behind.
 */
export class SegmentReader {
  readonly #job: SegmentJob;
  readonly #space: LogSpace;
  readonly #scan: SegmentScan;
  #buffer: Buffer<ArrayBuffer> = Buffer.alloc(0);

  constructor(job: SegmentJob) {
    this.#job = job;
    this.#space = LogSpace.open(job.pieces);
    this.#scan = new SegmentScan(job);
  }

  [Symbol.dispose](): void {
    this.#space[Symbol.dispose]();
  }

  /** Size of the log that is read. */
  get sizeBytes(): number {
    return this.#space.sizeBytes;
  }

  /** Number of segments. */
  get count(): number {
    return segmentCount(this.#space.sizeBytes);
  }

  /** What is to be read if segments before this one are done. */
  rest(index: number): LogPiece[] {
    return this.#space.from(cleanCut(this.#space, index * SEGMENT_BYTES) ?? 0);
  }

  /**
   * The events of a segment; valid until the next call.
   *
   * @returns undefined if there is no place to cut.
   */
  read(index: number): ScannedSegment | undefined {
    const start = cleanCut(this.#space, index * SEGMENT_BYTES);
    const end =
      index + 1 >= this.count ? this.#space.sizeBytes : cleanCut(this.#space, (index + 1) * SEGMENT_BYTES);
    if (start === undefined || end === undefined) return undefined;
    if (this.#buffer.length < end - start) this.#buffer = Buffer.allocUnsafeSlow(end - start + SEGMENT_BYTES);
    const size = end <= start ? 0 : this.#space.read(start, end, this.#buffer);
    const bytes = this.#buffer.subarray(0, size);
    const scanned = this.#scan.scan(bytes, index);
    const { needles } = this.#job;
    return needles === undefined ? scanned : { ...scanned, batch: withHits(scanned.batch, bytes, needles) };
  }
}

/** In how many segments so much is read. */
export function segmentCount(sizeBytes: number): number {
  return Math.max(1, Math.ceil(sizeBytes / SEGMENT_BYTES));
}

/** The events of a batch that have a record with one of the byte strings. */
function withHits(batch: EventBatch, bytes: Buffer, needles: readonly Uint8Array[]): EventBatch {
  const filter = new HitFilter();
  filter.addHits(
    [
      ...needleHits(
        bytes,
        needles.map((needle) => Buffer.from(needle)),
      ),
    ],
    0,
  );
  if (filter.isEmpty) return { ...batch, meta: new Float64Array(0), eventCount: 0 };
  const { meta } = batch;
  const kept: number[] = [];
  let eventCount = 0;
  for (let at = 0; at < meta.length;) {
    const end = at + EVENT_WIDTH + (meta[at + 5] ?? 0) * RECORD_WIDTH;
    if (hasHit(filter, meta, at + EVENT_WIDTH, end)) {
      for (let i = at; i < end; i += 1) kept.push(meta[i] ?? 0);
      eventCount += 1;
    }
    at = end;
  }
  return { ...batch, meta: new Float64Array(kept), eventCount };
}

function hasHit(filter: HitFilter, meta: Float64Array, from: number, to: number): boolean {
  for (let record = from; record < to; record += RECORD_WIDTH)
    if (filter.hasBetween(meta[record + 1] ?? 0, meta[record + 2] ?? 0)) return true;
  return false;
}
