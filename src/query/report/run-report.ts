import { escapeText } from '../../audit/interpret/escape.ts';
import type { LogInput } from '../input/log-input.ts';
import { TimeFormatter } from '../output/local-time.ts';
import { collectReport, type ReportResult, type ReportSource } from './collect-report.ts';
import { histogram } from './histogram.ts';
import type { ReportKind } from './report-kind.ts';
import { LOG_TIMES, MAIN_SUMMARY, REPORTS, type ReportQuery } from './report-query.ts';
import type { ReportCounts } from './report-stage.ts';
import { rankedEntries } from './ranked.ts';
import { Tally } from './tally.ts';
import { TIMELINE, timelineOf } from './timeline.ts';
import { Totals } from './totals.ts';

/** One report: what, where, and where to put it. */
export interface ReportRun extends ReportSource {
  readonly onOutput: (text: string) => void | Promise<void>;
}

const NOTHING = '<no events of interest were found>\n\n';

/** Prints a report as aureport does. @returns the exit code. */
export async function runReport(run: ReportRun): Promise<number> {
  const { query } = run;
  const kind = REPORTS.get(query.report);
  await run.onOutput(heading(query, kind));
  if (query.report === LOG_TIMES) return logTimes(run);
  let number = 0;
  const time = new TimeFormatter(run.local.dateFormat);
  const result = await collectReport(run, async (rows) => {
    let text = '';
    for (const { sec, cells } of rows) {
      number += 1;
      text += `${number}. ${time.stamp(sec)} ${cells.join(' ')}\n`;
    }
    await run.onOutput(text);
  });
  if (query.report === MAIN_SUMMARY) await run.onOutput(mainSummary(run, result));
  else if (query.report === TIMELINE) await run.onOutput(histogram(timelineOf(result.counts.tally), time));
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

function mainSummary(run: ReportRun, result: ReportResult): string {
  const totals = new Totals();
  totals.merge(result.counts.totals);
  const time = new TimeFormatter(run.local.dateFormat);
  const first = result.scan.first ?? { sec: 0, milli: 0 };
  const last = result.last ?? { sec: 0, milli: 0 };
  const { startSec, endSec } = run.query;
  const end = endSec === undefined ? time.exact(last) : time.stamp(endSec);
  const rows = totals.rows().map(({ label, count }) => `${label}: ${count}\n`);
  return (
    `Range of time in logs: ${time.exact(first)} - ${time.exact(last)}\n` +
    `Selected time for report: ${time.stamp(startSec ?? first.sec)} - ${end}\n` +
    `${rows.join('')}\n`
  );
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
        : `${time.exact(result.first)} - ${time.exact(result.last)}`;
    await run.onOutput(`${name}: ${range}\n`);
  }
  return 0;
}
