import { inputBytes } from '../input/chunks.ts';
import type { LogInput } from '../input/log-input.ts';
import { RefusedRecords } from '../input/refused-records.ts';
import { indexedLogs } from '../input/indexed-logs.ts';
import { firstStamp } from '../input/first-stamp.ts';
import type { LinePlace } from '../input/unreadable-lines.ts';
import { planScan } from '../run/scan-plan.ts';
import { SegmentPool } from '../run/segment-pool.ts';
import { WorkerPool, type WorkerSetup } from '../run/worker-pool.ts';
import { runEvents, type ScanSummary } from '../run/run-events.ts';
import type { LocalKnowledge } from '../search/search-stage.ts';
import { MAIN_SUMMARY, type ReportQuery } from './report-query.ts';
import { ReportStage, type ReportCounts, type ReportRows, type TimedRow } from './report-stage.ts';
import { Tally } from './tally.ts';
import { Totals } from './totals.ts';

/** One report: what, and where. */
export interface ReportSource {
  readonly query: ReportQuery;
  readonly local: LocalKnowledge;
  readonly input: LogInput;
  readonly timeoutSec: number;
  readonly onProblem?: (text: string) => void;
  /** Told how much of an input could not be read, when all has been. */
  readonly onScanned?: (scan: ScanSummary, input: LogInput) => void;
  /** Told of an index that was not used, since it is not of its log. */
  readonly onStaleIndex?: (index: string) => void;
}

/** A point in the log. */
export interface LogTime {
  readonly sec: number;
  readonly milli: number;
}

/** Everything that a report has found, for whichever output. */
export interface ReportResult {
  readonly counts: ReportCounts;
  readonly rowCount: number;
  readonly first: LogTime | undefined;
  readonly last: LogTime | undefined;
  readonly scan: ScanSummary;
}

/** Reads the input and counts; rows go to `onRow` as they come. */
export async function collectReport(
  given: ReportSource,
  onRows: (rows: readonly TimedRow[]) => void | Promise<void>,
): Promise<ReportResult> {
  const query = given.onProblem === undefined ? given.query : { ...given.query, debug: true };
  const run = { ...given, query };
  const result = (await countSegments(run)) ?? (await readThrough(run, onRows));
  run.onScanned?.(result.scan, run.input);
  return result;
}

/** Puts events together on this thread; others judge them if that pays. */
async function readThrough(
  run: ReportSource,
  onRows: (rows: readonly TimedRow[]) => void | Promise<void>,
): Promise<ReportResult> {
  const { query } = run;
  const refused = run.onProblem === undefined ? undefined : new RefusedRecords(run.input, run.onProblem);
  const stage = new ReportStage(query, run.local);
  const pool = WorkerPool.open(setupOf(run), inputBytes(run.input));
  let rowCount = 0;
  let last: LogTime | undefined;
  let first: LogTime | undefined;
  const { startSec, endSec } = query;
  const deliver = async (result: ReportRows): Promise<void> => {
    last = result.last ?? last;
    first ??= result.first;
    refused?.add(result.malformed);
    rowCount += result.rows.length;
    if (result.rows.length > 0) await onRows(result.rows);
  };
  const underWay: Promise<ReportRows>[] = [];
  const deliverDownTo = async (count: number): Promise<void> => {
    while (underWay.length > count) {
      const result = await underWay.shift();
      if (result !== undefined) await deliver(result);
    }
  };
  const scan = await runEvents(
    await narrowed(run),
    { startSec, endSec, timeoutSec: run.timeoutSec, onBadLine: badLineTo(run.onProblem) },
    async (batch) => {
      if (pool === undefined) await deliver(stage.process(batch));
      else {
        underWay.push(pool.process<ReportRows>(batch));
        await deliverDownTo(pool.depth);
      }
      return true;
    },
  );
  await deliverDownTo(0);
  await refused?.end();
  const counts = pool === undefined ? stage.counts() : mergedCounts(await pool.counts());
  await pool?.close();
  // Of a log that was not read from its start the first stamp is looked up.
  const isPart = startSec !== undefined || endSec !== undefined;
  const logStart = (isPart ? firstStamp(run.input) : undefined) ?? scan.first;
  const start = startSec === undefined ? first : logStart;
  return { counts, rowCount, first: start, last, scan: { ...scan, first: logStart } };
}

/** @returns undefined if nobody is to be told of lines. */
function badLineTo(tell: ((text: string) => void) | undefined): ((line: LinePlace) => void) | undefined {
  if (tell === undefined) return undefined;
  return ({ file, lineNumber, reason }) => tell(`${file}:${lineNumber}: ${reason}`);
}

/** The logs that must be read, as far as their indexes say. The main summary tells when the logs begin. */
async function narrowed(source: ReportSource): Promise<LogInput> {
  const { query, input, timeoutSec, onProblem, onStaleIndex } = source;
  if (query.report === MAIN_SUMMARY || onProblem !== undefined) return input;
  const { startSec, endSec } = query;
  return indexedLogs(input, { startSec, endSec, timeoutSec, types: undefined }, onStaleIndex);
}

function setupOf({
  query,
  local: { dateFormat, nativeMachine },
}: Pick<ReportSource, 'query' | 'local'>): WorkerSetup {
  return { kind: 'report', query, local: { dateFormat, nativeMachine } };
}

/**
 * Counts on all cores what has no rows.
 *
 * @returns undefined if the input is not of the kind, or its events are so mixed that they must be read from
 *   start to end: what was counted until then is dropped.
 */
async function countSegments(run: ReportSource): Promise<ReportResult | undefined> {
  const { query, input, timeoutSec } = run;
  const hasRows = query.report !== MAIN_SUMMARY && !query.summary;
  if (hasRows || run.onProblem !== undefined) return undefined;
  const { startSec, endSec } = query;
  const times = { startSec, endSec, timeoutSec };
  // The time range of the whole log is reported, so all of it is read.
  const { segments } = planScan(input, { ...times, startSec: undefined, endSec: undefined }, undefined);
  if (segments === undefined) return undefined;
  const stage = new ReportStage(query, run.local);
  const job = { ...times, pieces: segments, needles: undefined };
  await using pool = new SegmentPool<ReportRows>(setupOf(run), job, {
    process: (batch) => stage.process(batch),
  });
  let first: LogTime | undefined;
  let last: LogTime | undefined;
  const outcome = await pool.run((rows) => {
    first ??= rows.first;
    last = rows.last ?? last;
    return true;
  });
  if (outcome.mixedAt !== undefined) return undefined;
  const counts = mergedCounts([stage.counts(), ...outcome.counts]);
  const scan = { badLines: outcome.badLines, longLines: 0, first: outcome.first };
  return { counts, rowCount: 0, first: startSec === undefined ? first : scan.first, last, scan };
}

/** What all threads have counted, together. */
function mergedCounts(parts: readonly ReportCounts[]): ReportCounts {
  const totals = new Totals();
  const tally = new Tally();
  const also: Record<string, Tally> = {};
  for (const part of parts) {
    totals.merge(part.totals);
    tally.merge(part.tally);
    for (const [name, entries] of Object.entries(part.also)) (also[name] ??= new Tally()).merge(entries);
  }
  const others = Object.entries(also).map(([name, one]) => [name, one.entries()] as const);
  return { totals: totals.snapshot(), tally: tally.entries(), also: Object.fromEntries(others) };
}
