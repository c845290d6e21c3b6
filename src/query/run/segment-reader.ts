import { HitFilter } from '../input/hit-filter.ts';
import { LogSpace, type LogPiece } from '../input/log-space.ts';
import { NeedleSearch } from '../input/needle-search.ts';
import { BytesModule } from '../simd/bytes-module.ts';
import { cleanCut } from './clean-cut.ts';
import { SharedCuts } from './shared-cuts.ts';
import { EVENT_WIDTH, RECORD_WIDTH, type EventBatch } from './event-batch.ts';
import { metaCountFor } from './module-scan.ts';
import { SegmentScan, type ScannedSegment, type SegmentOptions } from './segment-scan.ts';

/** Large enough that places to cut cost little, small enough for the outputs that wait to take little memory. */
const SEGMENT_BYTES = 4 << 20;

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
  #search: NeedleSearch | undefined;
  #module: BytesModule | undefined;
  #buffer: Buffer<ArrayBuffer> = Buffer.alloc(0);

  readonly #cuts: SharedCuts;

  /** @param cuts the {@link sharedCuts} of another reader of the same job. */
  constructor(job: SegmentJob, cuts?: SharedArrayBuffer) {
    this.#job = job;
    this.#space = LogSpace.open(job.pieces);
    this.#scan = new SegmentScan(job);
    this.#cuts = new SharedCuts(this.count, cuts);
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
    const start = this.#cut(index);
    const end = index + 1 >= this.count ? this.#space.sizeBytes : this.#cut(index + 1);
    if (start === undefined || end === undefined) return undefined;
    this.#makeRoom(end - start);
    const size = end <= start ? 0 : this.#space.read(start, end, this.#buffer);
    const hits = this.#search && [...this.#search.hits(size)];
    const scanned = this.#scan.scan(this.#buffer.subarray(0, size), index, this.#module, hits);
    return hits === undefined ? scanned : { ...scanned, batch: withHits(scanned.batch, hits) };
  }

  /** Where the threads share what they know of places to cut. */
  get sharedCuts(): SharedArrayBuffer {
    return this.#cuts.memory;
  }

  #cut(index: number): number | undefined {
    return this.#cuts.get(index, () => cleanCut(this.#space, index * SEGMENT_BYTES));
  }

  #makeRoom(sizeBytes: number): void {
    if (this.#buffer.length >= sizeBytes && this.#buffer.length > 0) return;
    const room = sizeBytes + SEGMENT_BYTES;
    this.#module = BytesModule.open(room, metaCountFor(room));
    this.#buffer = this.#module?.text ?? Buffer.allocUnsafeSlow(room);
    const { needles } = this.#job;
    if (needles === undefined) return;
    this.#search = new NeedleSearch(
      needles.map((needle) => Buffer.from(needle)),
      room,
      this.#module,
    );
    this.#buffer = this.#search.buffer;
  }
}

/** In how many segments so much is read. */
export function segmentCount(sizeBytes: number): number {
  return Math.max(1, Math.ceil(sizeBytes / SEGMENT_BYTES));
}

/** The events of a batch that have a record with one of the byte strings. */
function withHits(batch: EventBatch, hits: readonly number[]): EventBatch {
  const filter = new HitFilter();
  filter.addHits(hits, 0);
  const { meta, index, bytes, nodes } = batch;
  if (filter.isEmpty) return { index, bytes, nodes, meta: new Float64Array(0), eventCount: 0 };
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
  return { index, bytes, nodes, meta: new Float64Array(kept), eventCount };
}

/** The records of an event stand in the order of the log. */
function hasHit(filter: HitFilter, meta: Float64Array, from: number, to: number): boolean {
  if (!filter.hasBetween(meta[from + 1] ?? 0, meta[to - RECORD_WIDTH + 2] ?? 0)) return false;
  for (let record = from; record < to; record += RECORD_WIDTH)
    if (filter.hasBetween(meta[record + 1] ?? 0, meta[record + 2] ?? 0)) return true;
  return false;
}
