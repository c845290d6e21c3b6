import type { EscapeMode } from '../../audit/interpret/escape.ts';
import type { Wants } from '../items/search-items.ts';
import { BPF_REPORTS } from './bpf-reports.ts';
import { LOSS_REPORT } from './loss-report.ts';
import type { ReportKind } from './report-kind.ts';
import { STOCK_REPORTS } from './stock-reports.ts';
import { TIMELINE_REPORT } from './timeline.ts';

/** Name of the main summary, which counts everything. */
export const MAIN_SUMMARY = 'summary';
/** Name of the report of the time range of each log. */
export const LOG_TIMES = 'log';

/** A report as plain data, so that it can be handed to worker threads. */
export interface ReportQuery {
  /** {@link MAIN_SUMMARY}, {@link LOG_TIMES}, or the long option of a report without its dashes. */
  readonly report: string;
  /** Ranked totals instead of rows. */
  readonly summary: boolean;
  /** Other reports whose totals are counted in the same run. */
  readonly also?: readonly string[];
  readonly interpret: boolean;
  readonly escape: EscapeMode;
  readonly startSec?: number;
  readonly endSec?: number;
  /** Only what failed, or only what succeeded. */
  readonly success?: boolean;
  readonly nodes?: readonly string[];
  /** Leave configuration changes out. */
  readonly noConfig?: boolean;
  /** Only additions, or only deletions, of what can be added and deleted. */
  readonly changes?: 'add' | 'delete';
  readonly stock?: boolean;
  /** Say which records could not be read in full: then every record is looked at. */
  readonly debug?: boolean;
}

/** All reports, by the name that {@link ReportQuery.report} has. */
export const REPORTS: ReadonlyMap<string, ReportKind> = new Map(
  [...STOCK_REPORTS, ...BPF_REPORTS, LOSS_REPORT, TIMELINE_REPORT].map((kind) => [nameOf(kind), kind]),
);

/** Name of a report: its long option without the dashes. */
export function nameOf(kind: ReportKind): string {
  return (kind.options.at(-1) ?? '').replace(/^--/, '');
}

/** What has to be read from the records for a report. */
export function reportWants(query: ReportQuery): Wants {
  const always: Wants = { pid: true, loginuid: true, success: true, arch: query.interpret };
  const others = (query.also ?? []).map((name) => REPORTS.get(name)?.wants ?? {});
  const own: Wants =
    query.report === MAIN_SUMMARY
      ? { file: true, host: true, terminal: true, exe: true, comm: true, key: true }
      : (REPORTS.get(query.report)?.wants ?? {});
  return Object.assign({ ...always, ...own }, ...others);
}
