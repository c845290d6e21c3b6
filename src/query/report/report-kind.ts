import { recordTypeName } from '../../audit/tables/record-types.ts';
import type { Wants } from '../items/search-items.ts';
import type { ReportEvent } from './report-event.ts';

/** The cells of a row, in the order of the columns. */
export type Row = readonly string[];

/** A row from a template: each blank between the values begins a new cell. */
export function row(texts: TemplateStringsArray, ...values: readonly (string | number | undefined)[]): Row {
  const cells = [''];
  for (const [i, text] of texts.entries()) {
    const [first = '', ...others] = text.split(' ');
    cells[cells.length - 1] += first;
    cells.push(...others);
    if (i < values.length) cells[cells.length - 1] += String(values[i]);
  }
  return cells;
}

/** One report: a row for each event that belongs to it, or how often each key comes. */
export interface ReportKind {
  /** The options of aureport(8) that ask for it. */
  readonly options: readonly string[];
  readonly help: string;
  /** The heading of the detailed report. */
  readonly title: string;
  readonly columns: string;
  /** How long the rules above and below the columns are. */
  readonly rule: number;
  readonly lastRule?: number;
  /** The heading of the ranked totals; none if there are no such totals. */
  readonly summaryTitle?: string;
  readonly summaryColumn?: string;
  readonly summaryRule?: number;
  readonly wants: Wants;
  /** The rows of an event, without number and time; empty if it does not belong to the report. */
  rows(event: ReportEvent): readonly Row[];
  /** What the event adds to the ranked totals. */
  keys(event: ReportEvent, interpret: boolean): readonly string[];
  /** How often an event counts for each of its keys. @default 1 */
  weight?(event: ReportEvent): number;
  /** Keys are numbers; those with equally many hits are ordered by them. */
  readonly hasNumericKeys?: boolean;
  /** A key in words. */
  keyWord?(key: string): string;
}

/** The name of a type, by the number that the ranked totals count. */
export function typeName(key: string): string {
  return recordTypeName(Number(key)) ?? '(null)';
}

/** One row, or none. */
export function oneIf<T>(condition: boolean, make: () => T): readonly T[] {
  return condition ? [make()] : [];
}

function typed(event: ReportEvent, ranges: readonly (readonly [number, number])[]): boolean {
  return ranges.some(([low, high]) => event.hasBetween(low, high));
}

/** A report of events whose records have certain types, ranked by the type of their first record. */
export function typeReport(
  kind: Omit<ReportKind, 'rows' | 'keys' | 'keyWord'>,
  ranges: readonly (readonly [number, number])[],
  make: (event: ReportEvent) => Row,
): ReportKind {
  return {
    ...kind,
    rows: (event) => oneIf(typed(event, ranges), () => make(event)),
    keys: (event) => oneIf(typed(event, ranges), () => String(event.firstType)),
    hasNumericKeys: true,
    keyWord: typeName,
  };
}
