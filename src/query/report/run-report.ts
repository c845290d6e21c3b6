import { escapeText } from '../../audit/interpret/escape.ts';
import { inputBytes, type LogInput } from '../input/chunks.ts';
import { TimeFormatter } from '../output/local-time.ts';
import { planScan } from '../run/scan-plan.ts';
import { SegmentPool } from '../run/segment-pool.ts';
import { WorkerPool, type WorkerSetup } from '../run/worker-pool.ts';
import { runEvents, type ScanSummary } from '../run/run-events.ts';
import type { LocalKnowledge } from '../search/search-stage.ts';
import { LOG_TIMES, MAIN_SUMMARY, REPORTS, type ReportQuery } from './report-query.ts';
import { ReportStage, type ReportCounts, type ReportRows } from './report-stage.ts';
import type { ReportKind } from './report-kind.ts';
import { Tally } from './tally.ts';
import { Totals } from './totals.ts';

/** One report: what, where, and where to put it. */
export interface ReportRun {
  readonly query: ReportQuery;
  readonly local: LocalKnowledge;
  readonly input: LogInput;
  readonly timeoutSec: number;
  readonly onOutput: (text: string) => void | Promise<void>;
  readonly onProblem?: (text: string) => void;
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

const NOTHING = '<no events of interest were found>\n\n';

/** Reads the input and counts; rows go to `onRow` as they come. */
export async function collectReport(
  given: Omit<ReportRun, 'onOutput'>,
  onRows: (rows: readonly string[]) => void | Promise<void>,
): Promise<ReportResult> {
  const query = given.onProblem === undefined ? given.query : { ...given.query, debug: true };
  const run = { ...given, query };
  const counted = await countSegments(run);
  if (counted !== undefined) return counted;
  const stage = new ReportStage(query, run.local);
  const pool = WorkerPool.open(setupOf(run), inputBytes(run.input));
  let rowCount = 0;
  let last: LogTime | undefined;
  let first: LogTime | undefined;
  const { startSec, endSec } = query;
  const deliver = async (result: ReportRows): Promise<void> => {
    last = result.last ?? last;
    first ??= result.first;
    for (const problem of result.malformed) run.onProblem?.(problem);
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
  const scan = await runEvents(run.input, { startSec, endSec, timeoutSec: run.timeoutSec }, async (batch) => {
    if (pool === undefined) await deliver(stage.process(batch));
    else {
      underWay.push(pool.process<ReportRows>(batch));
      await deliverDownTo(pool.depth);
    }
    return true;
  });
  await deliverDownTo(0);
  const counts = pool === undefined ? stage.counts() : mergedCounts(await pool.counts());
  await pool?.close();
  return { counts, rowCount, first: startSec === undefined ? first : scan.first, last, scan };
}

function setupOf({
  query,
  local: { dateFormat, nativeMachine },
}: Pick<ReportRun, 'query' | 'local'>): WorkerSetup {
  return { kind: 'report', query, local: { dateFormat, nativeMachine } };
}

/**
 * Counts on all cores what has no rows.
 *
 * @returns undefined if the input is not of the kind, or its events are so mixed that they must be read from
 *   start to end: what was counted until then is dropped.
 */
async function countSegments(run: Omit<ReportRun, 'onOutput'>): Promise<ReportResult | undefined> {
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
  for (const part of parts) {
    totals.merge(part.totals);
    tally.merge(part.tally);
  }
  return { totals: totals.snapshot(), tally: tally.entries() };
}

/** Prints a report as aureport does. @returns the exit code. */
export async function runReport(run: ReportRun): Promise<number> {
  const { query } = run;
  const kind = REPORTS.get(query.report);
  await run.onOutput(heading(query, kind));
  if (query.report === LOG_TIMES) return logTimes(run);
  let number = 0;
  const result = await collectReport(run, async (rows) => {
    let text = '';
    for (const row of rows) {
      number += 1;
      text += `${number}. ${row}\n`;
    }
    await run.onOutput(text);
  });
  if (query.report === MAIN_SUMMARY) await run.onOutput(mainSummary(run, result));
  else if (query.summary) await run.onOutput(rankedTotals(query, result.counts));
  else if (result.rowCount === 0) {
    await run.onOutput(NOTHING);
    return 1;
  }
  return 0;
}

function heading(query: ReportQuery, kind: ReportKind | undefined): string {
  if (query.report === LOG_TIMES) return '\nLog Time Range Report\n=====================\n';
  const only = query.success === undefined ? '' : query.success ? 'Success ' : 'Failed ';
  if (query.report === MAIN_SUMMARY || kind === undefined)
    return `\n${only}Summary Report\n======================\n`;
  if (!query.summary) {
    const rule = '='.repeat(kind.rule);
    return `\n${kind.title}\n${rule}\n${kind.columns}\n${'='.repeat(kind.lastRule ?? kind.rule)}\n`;
  }
  if (kind.summaryTitle === undefined) return '\n';
  const rule = '='.repeat(kind.summaryRule ?? 27);
  return `\n${only}${kind.summaryTitle}\n${rule}\ntotal  ${kind.summaryColumn}\n${rule}\n`;
}

function rankedTotals(query: ReportQuery, counts: ReportCounts): string {
  const tally = new Tally();
  tally.merge(counts.tally);
  if (tally.size === 0) return NOTHING;
  return rankedEntries(query, tally)
    .map(({ word, hits }) => `${hits}  ${escapeText(word, query.escape)}\n`)
    .join('');
}

/** The ranked totals with their keys in words, the most frequent first. */
export function rankedEntries(
  query: ReportQuery,
  tally: Tally,
): { readonly word: string; readonly hits: number }[] {
  const kind = REPORTS.get(query.report);
  const entries = tally.ranked();
  if (kind?.hasNumericKeys === true) {
    entries.sort((a, b) => b.hits - a.hits || Number(a.key) - Number(b.key));
  }
  return entries.map(({ key, hits }) => ({
    word: query.interpret && kind?.keyWord !== undefined ? kind.keyWord(key) : key,
    hits,
  }));
}

function mainSummary(run: ReportRun, result: ReportResult): string {
  const totals = new Totals();
  totals.merge(result.counts.totals);
  const time = new TimeFormatter(run.local.dateFormat);
  const first = result.scan.first ?? { sec: 0, milli: 0 };
  const last = result.last ?? { sec: 0, milli: 0 };
  const { startSec, endSec } = run.query;
  const end = endSec === undefined ? stamp(time, last) : time.stamp(endSec);
  const rows = totals.rows().map(({ label, count }) => `${label}: ${count}\n`);
  return (
    `Range of time in logs: ${stamp(time, first)} - ${stamp(time, last)}\n` +
    `Selected time for report: ${time.stamp(startSec ?? first.sec)} - ${end}\n` +
    `${rows.join('')}\n`
  );
}

function stamp(time: TimeFormatter, at: LogTime): string {
  return `${time.stamp(at.sec)}.${String(at.milli).padStart(3, '0')}`;
}

/** The time range of each log, one line for each. */
async function logTimes(run: ReportRun): Promise<number> {
  const time = new TimeFormatter(run.local.dateFormat);
  const inputs: readonly (readonly [string, LogInput])[] =
    run.input.kind === 'stream'
      ? [['stdin', run.input]]
      : run.input.paths.map((path) => [path, { kind: 'files', paths: [path] }]);
  for (const [name, input] of inputs) {
    const result = await collectReport({ ...run, input }, () => {});
    const range =
      result.first === undefined || result.last === undefined
        ? 'no records'
        : `${stamp(time, result.first)} - ${stamp(time, result.last)}`;
    await run.onOutput(`${name}: ${range}\n`);
  }
  return 0;
}
