import { isoTime } from '../output/iso-time.ts';
import { collectReport, type ReportResult, type ReportSource } from './collect-report.ts';
import { MAIN_SUMMARY, REPORTS, type ReportQuery } from './report-query.ts';
import { rankedEntries } from './ranked.ts';
import { Tally, type TallyEntry } from './tally.ts';
import { TIMELINE, timelineOf } from './timeline.ts';
import { Totals } from './totals.ts';
import { textOf } from '../output/utf8.ts';

/** Formats for programs. */
export const EXPORT_FORMATS = ['json', 'csv'] as const;

/** One of {@link EXPORT_FORMATS}. */
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** A value of a cell: text in UTF-16, or a number. */
type Value = string | number;

/** Writes records of named values, in one of the formats. */
interface RecordWriter {
  head(names: readonly string[]): string;
  record(names: readonly string[], values: readonly Value[]): string;
}

const WRITERS: Readonly<Record<ExportFormat, RecordWriter>> = {
  json: {
    head: () => '',
    record: (names, values) =>
      `${JSON.stringify(Object.fromEntries(names.map((name, i) => [name, values[i] ?? ''] as const)))}\n`,
  },
  csv: {
    head: (names) => `${names.map(quoted).join(',')}\r\n`,
    record: (_names, values) => `${values.map(quoted).join(',')}\r\n`,
  },
};

/**
 * Prints a report for programs: a line of JSON for each row or total, or comma-separated values in the form
 * of RFC 4180.
 *
 * Times are RFC 3339 in UTC, text is UTF-8; bytes that are not UTF-8 become U+FFFD.
 *
 * @returns the exit code.
 */
export async function exportReport(
  source: ReportSource,
  format: ExportFormat,
  onOutput: (text: string) => void | Promise<void>,
): Promise<number> {
  const { query } = source;
  const writer = WRITERS[format];
  const columns = columnsOf(query);
  await onOutput(writer.head(columns));
  let count = 0;
  const print = async (records: readonly (readonly Value[])[]): Promise<void> => {
    count += records.length;
    await onOutput(records.map((values) => writer.record(columns, values)).join(''));
  };
  const result = await collectReport(source, (rows) =>
    print(rows.map(({ sec, milli, cells }) => [isoTime(sec, milli) ?? '', ...cells.map(textOf)])),
  );
  await print(totalsOf(query, result));
  return count === 0 ? 1 : 0;
}

function columnsOf(query: ReportQuery): readonly string[] {
  if (query.report === MAIN_SUMMARY) return ['name', 'count'];
  if (query.report === TIMELINE) return ['from', 'seconds', 'events', 'decisions', 'denied', 'would_deny'];
  const kind = REPORTS.get(query.report);
  if (query.summary) return [kind?.summaryColumn ?? 'key', 'count'];
  // The columns of aureport begin with `# date time`: the number of the row is left out, and the time is one.
  return ['time', ...(kind?.columns ?? '').split(' ').slice(3)];
}

function totalsOf(query: ReportQuery, { counts }: ReportResult): (readonly Value[])[] {
  if (query.report === MAIN_SUMMARY) {
    const totals = new Totals();
    totals.merge(counts.totals);
    return totals.rows().map(({ name, count }) => [name, count]);
  }
  if (query.report === TIMELINE) {
    const { widthSec, spans } = timelineOf(counts.tally);
    return spans.map((span) => [
      isoTime(span.startSec, 0) ?? '',
      widthSec,
      span.events,
      span.decisions,
      span.denied,
      span.wouldDeny,
    ]);
  }
  return query.summary ? ranked(query, counts.tally) : [];
}

function ranked(query: ReportQuery, entries: readonly TallyEntry[]): (readonly Value[])[] {
  const tally = new Tally();
  tally.merge(entries);
  return rankedEntries(query, tally).map(({ word, hits }) => [textOf(word), hits]);
}

function quoted(value: Value): string {
  const text = String(value);
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
