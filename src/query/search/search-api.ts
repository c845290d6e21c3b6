import { DEFAULT_EOE_TIMEOUT_SEC } from '../../audit/group/grouper.ts';
import type { LogInput } from '../input/log-input.ts';
import { localKnowledge } from '../input/local-knowledge.ts';
import { extract } from '../items/extract.ts';
import type { EventText } from '../output/event-text.ts';
import { eventsOf, type EventBatch } from '../run/event-batch.ts';
import { eventBatches } from '../run/run-events.ts';
import { wherePredicate } from '../where/evaluate.ts';
import { matches } from './matcher.ts';
import { indexedLogs, type IndexedConditions } from '../input/indexed-logs.ts';
import { needlesOf, neededTypes } from './needles.ts';
import { wantsOf, type SearchQuery } from './query.ts';

/** What to search, and for what. */
export interface SearchOptions {
  /** Log files, the oldest first. */
  readonly paths?: readonly string[];
  /** A stream of log lines, instead of files. */
  readonly input?: LogInput;
  /** The conditions; none finds every event. */
  readonly query?: Partial<SearchQuery>;
  /** Seconds of log time after which an event is complete. @default 2 */
  readonly timeoutSec?: number;
  /** Ends the search when it is aborted. */
  readonly signal?: AbortSignal;
}

/**
 * Finds events in audit logs, one after another, in the order of their stamps.
 *
 * Reads as far as the caller asks: who stops early costs nothing more. Text is latin-1: one character
 * stands for one byte of the log.
 *
 * @example
 * for await (const event of search({ paths: ['audit.log'], query: { types: [1427] } })) {
 *   console.log(event.serial, event.records.length);
 * }
 */
export async function* search(options: SearchOptions): AsyncGenerator<EventText> {
  const query: SearchQuery = { format: 'raw', escape: 'raw', ...options.query };
  const { names } = localKnowledge({});
  const wants = wantsOf(query);
  const where = query.where === undefined ? undefined : wherePredicate(query.where, names);
  const scanOptions = {
    startSec: query.startSec,
    endSec: query.endSec,
    timeoutSec: options.timeoutSec ?? DEFAULT_EOE_TIMEOUT_SEC,
  };
  const input = await narrowed(options, { ...scanOptions, types: neededTypes(query) });
  for await (const batch of eventBatches(input, scanOptions, needlesOf(query))) {
    for (const event of matchesOf(batch)) {
      if (options.signal?.aborted === true) return;
      yield event;
    }
  }

  function* matchesOf(batch: EventBatch): Generator<EventText> {
    for (const event of eventsOf(batch)) {
      const { items } = extract(event.records, wants, query.stock);
      if (matches(query, event, items, names) && (where === undefined || where(event))) yield event;
    }
  }
}

/** The logs that must be read, as far as their indexes say; an index of another log says nothing. */
async function narrowed(
  { input, paths = [] }: SearchOptions,
  conditions: IndexedConditions,
): Promise<LogInput> {
  if (input !== undefined && input.kind !== 'files') return input;
  return { kind: 'files', paths: await indexedLogs(input?.paths ?? paths, conditions, () => {}) };
}
