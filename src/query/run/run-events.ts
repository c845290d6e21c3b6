import { HitFilter } from '../input/hit-filter.ts';
import { inputChunks } from '../input/chunks.ts';
import type { LogInput } from '../input/log-input.ts';
import type { LinePlace } from '../input/unreadable-lines.ts';
import type { Relevant } from '../input/relevant-ranges.ts';
import { BatchBuilder, type EventBatch } from './event-batch.ts';
import { EventScan, type ScanOptions } from './event-scan.ts';
import { SPAN_WIDTH, type GroupedEvent } from '../../audit/group/grouped-event.ts';

const BATCH_BYTES = 1 << 18;

/** What is known of an input after it has been read. */
export interface ScanSummary {
  /** Lines that were no records. */
  readonly badLines: number;
  /** Lines that were too long; what several threads have read counts them with the others. */
  readonly longLines: number;
  /** The first of these lines, where all was read from start to end by one thread. */
  readonly firstUnreadable?: LinePlace;
  /** Stamp of the first record, whether or not it was in the time range. */
  readonly first: { readonly sec: number; readonly milli: number } | undefined;
}

/**
 * Reads an input, groups its records, and hands batches of complete events to `take`, in order.
 *
 * @param take returns false to stop reading.
 * @param needles each event that counts has a record with one of these byte strings.
 * @param known the parts of files that matter, where that is known already.
 */
export async function runEvents(
  input: LogInput,
  options: ScanOptions,
  take: (batch: EventBatch) => boolean | Promise<boolean>,
  needles?: readonly Buffer[],
  known?: ReadonlyMap<string, Relevant>,
): Promise<ScanSummary> {
  const batches = eventBatches(input, options, needles, known);
  for (;;) {
    const next = await batches.next();
    if (next.done === true) return next.value;
    if (await take(next.value)) continue;
    // The caller wants no more: what was not read cannot be told of.
    const nothing = { badLines: 0, longLines: 0, first: undefined };
    await batches.return(nothing);
    return nothing;
  }
}

/** The batches of complete events of an input, in order; its last value says what was read. */
export async function* eventBatches(
  input: LogInput,
  options: ScanOptions,
  needles?: readonly Buffer[],
  known?: ReadonlyMap<string, Relevant>,
): AsyncGenerator<EventBatch, ScanSummary> {
  const scan = new EventScan(options);
  const builder = new BatchBuilder(BATCH_BYTES);
  const filter = needles === undefined || input.kind === 'stream' ? undefined : new HitFilter();
  const narrows =
    known !== undefined ||
    needles !== undefined ||
    options.startSec !== undefined ||
    options.endSec !== undefined;
  const narrowing = narrows && options.onBadLine === undefined ? { ...options, needles } : undefined;
  const isFiltered = filter !== undefined && narrowing !== undefined;
  const pack = (event: GroupedEvent): void => {
    if (!isFiltered || filter.admits(event.spans)) packEvent(scan, builder, event);
  };
  for await (const chunk of inputChunks(input, narrowing, filter, known)) {
    scan.push(chunk);
    scan.drain(pack);
    if (builder.isFull) yield builder.take();
  }
  scan.end();
  scan.drain(pack);
  if (builder.eventCount > 0) yield builder.take();
  const { badLines, longLines, first, firstUnreadable } = scan;
  return { badLines, longLines, first, ...(firstUnreadable === undefined ? {} : { firstUnreadable }) };
}

/** Copies the records of an event into a batch. */
export function packEvent(scan: EventScan, builder: BatchBuilder, event: GroupedEvent): void {
  const { recordCount, spans } = event;
  builder.beginEvent(event, recordCount);
  for (let i = 0; i < recordCount; i += 1) {
    const { target, at } = builder.addRecord(spans[i * SPAN_WIDTH + 2] ?? -1, spans[i * SPAN_WIDTH + 1] ?? 0);
    scan.copyLine(event, i, target, at);
  }
}
