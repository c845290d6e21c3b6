import type { InterpretOptions } from '../../audit/interpret/record.ts';
import type { NameSource } from '../../audit/interpret/names.ts';
import type { RefusedRecord } from '../items/extract.ts';
import type { SearchItems } from '../items/search-items.ts';
import {
  csvHeader,
  formatCsv,
  formatText,
  type CsvColumns,
  type NormalFormatOptions,
} from '../output/csv.ts';
import type { EventText } from '../output/event-text.ts';
import { formatEcs } from '../output/ecs.ts';
import { formatJson } from '../output/json.ts';
import { formatOcsf } from '../output/ocsf.ts';
import { TimeFormatter } from '../output/local-time.ts';
import { formatDefault, formatInterpreted, formatRaw } from '../output/plain.ts';
import { OutputBuffer } from '../output/output-buffer.ts';
import { BatchReader, type EventBatch } from '../run/event-batch.ts';
import { FastInterpreter } from '../fast/fast-interpreter.ts';
import type { CheckpointGate } from './checkpoint-gate.ts';
import { EventJudge } from './event-judge.ts';
import { printsAllInterpreted, type SearchQuery } from './query.ts';

/** Room for the output of a batch; it grows if need be. */
const OUTPUT_BYTES = 1 << 19;

/** What a machine knows that a log does not say. */
export interface LocalKnowledge {
  readonly names: NameSource;
  /** What `%x` means in the locale. */
  readonly dateFormat: string;
  readonly nativeMachine: InterpretOptions['nativeMachine'];
}

/** What came of one batch. */
export interface StageResult {
  readonly output: Uint8Array<ArrayBuffer>;
  readonly found: number;
  /** Why records could not be read in full, with the record. */
  readonly malformed: readonly RefusedRecord[];
  /** Of each found event, if they are to be sorted: its stamp, and where its output ends. */
  readonly stamps?: readonly number[];
}

/** Judges events and prints those that match. Runs on any thread; keeps nothing between batches but caches. */
export class SearchStage {
  readonly #query: SearchQuery;
  readonly #local: LocalKnowledge;
  readonly #judge: EventJudge;
  readonly #time: TimeFormatter;
  readonly #columns: CsvColumns;
  readonly #interpret: InterpretOptions;
  readonly #normal: NormalFormatOptions;
  readonly #output = new OutputBuffer(OUTPUT_BYTES);
  readonly #fast: FastInterpreter | undefined;

  constructor(query: SearchQuery, local: LocalKnowledge) {
    this.#query = query;
    this.#local = local;
    this.#judge = new EventJudge(query, local.names);
    this.#time = new TimeFormatter(local.dateFormat);
    this.#columns = {
      keys: query.extraKeys ?? false,
      labels: query.extraLabels ?? false,
      object2: query.extraObject2 ?? false,
      time: query.extraTime ?? false,
    };
    this.#interpret = { names: local.names, escape: query.escape, nativeMachine: local.nativeMachine };
    this.#normal = {
      names: local.names,
      escape: query.escape,
      time: this.#time,
      stock: query.stock ?? false,
    };
    this.#fast = printsAllInterpreted(query) ? new FastInterpreter(this.#interpret, this.#time) : undefined;
  }

  /** What stands before the first event, if the format has a heading. */
  header(): string {
    return this.#query.format === 'csv' ? csvHeader(this.#columns) : '';
  }

  /** Judges the events of a batch. */
  process(batch: EventBatch, limit: number = Infinity, gate?: CheckpointGate): StageResult {
    let found = 0;
    const malformed: RefusedRecord[] = [];
    const reader = new BatchReader(batch);
    const { meta } = batch;
    const stamps: number[] = [];
    const fast = gate === undefined ? this.#fast : undefined;
    fast?.begin(batch);
    for (let at = 0; at < meta.length && found < limit; at = reader.next(at)) {
      const isWritten = fast?.write(at, this.#output) === true;
      if (!isWritten && !this.#print(reader.event(at), gate, malformed)) continue;
      found += 1;
      if (this.#query.sort !== undefined)
        stamps.push(meta[at] ?? 0, meta[at + 1] ?? 0, meta[at + 2] ?? 0, this.#output.used);
    }
    const result = { output: this.#output.take(), found, malformed };
    return this.#query.sort === undefined ? result : { ...result, stamps };
  }

  /** Takes back the memory of an output that is no longer needed. */
  takeBack(memory: ArrayBuffer): void {
    this.#output.takeBack(memory);
  }

  /** Prints an event if it matches. */
  #print(event: EventText, gate: CheckpointGate | undefined, malformed: RefusedRecord[]): boolean {
    if (gate?.admit(event) === false) return false;
    const items = this.#judge.judge(event, malformed);
    if (items === undefined) return false;
    if (this.#query.countOnly !== true) this.#output.write(this.format(event, items));
    return true;
  }

  /** One event in the format of the query. */
  format(event: EventText, items: SearchItems): string {
    const { format, escape } = this.#query;
    switch (format) {
      case 'raw':
        return formatRaw(event, this.#query.stock === true);
      case 'interpret':
        return formatInterpreted(event, items, this.#time, this.#interpret);
      case 'json':
        return formatJson(event, this.#local.names);
      case 'ecs':
        return formatEcs(event, this.#local.names);
      case 'ocsf':
        return formatOcsf(event, this.#local.names);
      case 'csv':
        return formatCsv(event, this.#columns, this.#normal);
      case 'text':
        return formatText(event, this.#normal);
      default:
        return formatDefault(event, this.#time, escape);
    }
  }
}
