import { REPORTS, type ReportQuery } from './report-query.ts';
import type { Tally } from './tally.ts';

/** The ranked totals with their keys in words, the most frequent first. */
export function rankedEntries(
  query: Pick<ReportQuery, 'report' | 'interpret'>,
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
