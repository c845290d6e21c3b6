import { readItems, type RefusedRecord } from '../items/extract.ts';
import type { SearchItems, Wants } from '../items/search-items.ts';
import { SUCCESS_FAILED, SUCCESS_YES } from '../items/search-items.ts';
import type { EventText } from '../output/event-text.ts';
import { BatchReader, type BatchEvent, type EventBatch } from '../run/event-batch.ts';
import { FastTotals } from '../fast/fast-totals.ts';
import type { LocalKnowledge } from '../search/search-stage.ts';
import { ReportEvent, type ReportStyle } from './report-event.ts';
import { MAIN_SUMMARY, nameOf, REPORTS, reportWants, type ReportQuery } from './report-query.ts';
import type { ReportKind, Row } from './report-kind.ts';
import { Tally, type TallyEntry } from './tally.ts';
import { Totals, type TotalsSnapshot } from './totals.ts';

/** A row of a report, and when its event was. */
export interface TimedRow {
  readonly sec: number;
  readonly milli: number;
  readonly cells: Row;
}

/** What came of one batch of a report: rows without their numbers. */
export interface ReportRows {
  readonly rows: readonly TimedRow[];
  readonly malformed: readonly RefusedRecord[];
  readonly first: { readonly sec: number; readonly milli: number } | undefined;
  readonly last: { readonly sec: number; readonly milli: number } | undefined;
}

/** What one thread has counted. */
export interface ReportCounts {
  readonly totals: TotalsSnapshot;
  readonly tally: readonly TallyEntry[];
  /** The totals of the other reports, by their names. */
  readonly also: Readonly<Record<string, readonly TallyEntry[]>>;
}

const ADDITIONS = new Set([1114, 1116, 1407, 1409, 1411, 1413, 1416]);
const DELETIONS = new Set([1115, 1117, 1408, 1410, 1412, 1414, 1417]);

/** Judges events for a report, and counts. Runs on any thread. */
export class ReportStage {
  readonly #query: ReportQuery;
  readonly #kind: ReportKind | undefined;
  readonly #wants: Wants;
  readonly #style: ReportStyle;
  readonly #totals = new Totals();
  readonly #tally = new Tally();
  readonly #others: readonly { readonly kind: ReportKind; readonly tally: Tally }[];
  readonly #fast: FastTotals | undefined;

  constructor(query: ReportQuery, local: LocalKnowledge) {
    this.#query = query;
    this.#kind = REPORTS.get(query.report);
    this.#wants = reportWants(query);
    this.#others = (query.also ?? []).flatMap((name) => {
      const kind = REPORTS.get(name);
      return kind === undefined ? [] : [{ kind, tally: new Tally() }];
    });
    this.#style = { interpret: query.interpret, escape: query.escape, local, stock: query.stock ?? false };
    this.#fast = countsAll(query) ? new FastTotals(this.#totals, this.#wants) : undefined;
  }

  /** Judges the events of a batch. */
  process(batch: EventBatch): ReportRows {
    const rows: TimedRow[] = [];
    const malformed: RefusedRecord[] = [];
    const reader = new BatchReader(batch);
    const { meta } = batch;
    let last = -1;
    this.#fast?.begin(batch);
    for (let at = 0; at < meta.length; at = reader.next(at)) {
      const skimmed = this.#fast?.skim(at) ?? at;
      if (skimmed >= meta.length) {
        last = this.#fast?.lastEvent ?? last;
        break;
      }
      at = skimmed;
      last = at;
      if (this.#fast?.add(at) === true) continue;
      this.#judge(reader.event(at), rows, malformed);
    }
    return { rows, malformed, first: timeAt(meta, meta.length === 0 ? -1 : 0), last: timeAt(meta, last) };
  }

  #judge(event: BatchEvent, rows: TimedRow[], malformed: RefusedRecord[]): void {
    const items = readItems(event.records, this.#wants, this.#query.stock, malformed);
    if (items === undefined || !this.#isWanted(event, items)) return;
    this.#take(new ReportEvent(event, items, event.sequence, this.#style), rows);
  }

  /** What was counted so far. */
  counts(): ReportCounts {
    const also = Object.fromEntries(
      this.#others.map(({ kind, tally }) => [nameOf(kind), tally.entries()] as const),
    );
    return { totals: this.#totals.snapshot(), tally: this.#tally.entries(), also };
  }

  #take(event: ReportEvent, rows: TimedRow[]): void {
    for (const { kind, tally } of this.#others) this.#count(kind, event, tally);
    if (this.#query.report === MAIN_SUMMARY) this.#totals.add(event);
    else if (this.#kind === undefined) return;
    else if (this.#query.summary) this.#count(this.#kind, event, this.#tally);
    else {
      const { sec, milli } = event.event;
      for (const cells of this.#kind.rows(event)) rows.push({ sec, milli, cells });
    }
  }

  #count(kind: ReportKind, event: ReportEvent, tally: Tally): void {
    for (const key of kind.keys(event, this.#query.interpret))
      tally.add(key, event.sequence, kind.weight?.(event) ?? 1);
  }

  #isWanted(event: EventText, items: SearchItems): boolean {
    const { nodes, success, noConfig, changes } = this.#query;
    if (nodes !== undefined && (event.node === null || !nodes.includes(event.node))) return false;
    if (success !== undefined && items.success !== (success ? SUCCESS_YES : SUCCESS_FAILED)) return false;
    const type = event.records[0]?.type ?? -1;
    if (noConfig === true && type === 1305) return false;
    if (changes === 'add' && DELETIONS.has(type)) return false;
    return !(changes === 'delete' && ADDITIONS.has(type));
  }
}

/** Whether every event is counted in the main summary. */
function countsAll(query: ReportQuery): boolean {
  const { report, nodes, success, changes, debug, also } = query;
  const isAll = nodes === undefined && success === undefined && changes === undefined && debug !== true;
  return report === MAIN_SUMMARY && isAll && also === undefined;
}

function timeAt(meta: Float64Array, at: number): ReportRows['first'] {
  return at < 0 ? undefined : { sec: meta[at] ?? 0, milli: meta[at + 1] ?? 0 };
}
