import { DEFAULT_EOE_TIMEOUT_SEC } from '../../audit/group/grouper.ts';
import type { LogInput } from '../input/log-input.ts';
import { localKnowledge } from '../input/local-knowledge.ts';
import type { EventText } from '../output/event-text.ts';
import { eventsOf, type EventBatch } from '../run/event-batch.ts';
import { eventBatches } from '../run/run-events.ts';
import { planPieces, planScan } from '../run/scan-plan.ts';
import { SegmentPool, type SegmentsOutcome } from '../run/segment-pool.ts';
import { MatchStage } from './match-stage.ts';
import { segmentMatches } from './segment-matches.ts';
import { indexedLogs } from '../input/indexed-logs.ts';
import { needlesOf, neededTypes } from './needles.ts';
import type { SearchQuery } from './query.ts';

/** What is known of segments that nobody waited for. */
const NOTHING: SegmentsOutcome = { mixedAt: undefined, badLines: 0, first: undefined, counts: [] };

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
 * Reads as far as the caller asks: who stops early costs nothing more. Large logs are read on all cores. Text is
 * latin-1: one character stands for one byte of the log.
 *
 * @example
 * for await (const event of search({ paths: ['audit.log'], query: { types: [1427] } })) {
 *   console.log(event.serial, event.records.length);
 * }
 */
export async function* search(options: SearchOptions): AsyncGenerator<EventText> {
  const query: SearchQuery = { format: 'raw', escape: 'raw', ...options.query };
  const { signal } = options;
  const local = localKnowledge({});
  const stage = new MatchStage(query, local.names);
  const times = {
    startSec: query.startSec,
    endSec: query.endSec,
    timeoutSec: options.timeoutSec ?? DEFAULT_EOE_TIMEOUT_SEC,
  };
  const needles = needlesOf(query);
  const given = options.input ?? { kind: 'files', paths: options.paths ?? [] };
  const input = await indexedLogs(given, { ...times, types: neededTypes(query) });
  const plan = planScan(input, times, needles);
  if (plan.segments === undefined) {
    yield* matchesIn(eventBatches(input, times, needles, plan.relevant), stage, signal);
    return;
  }
  const { dateFormat, nativeMachine } = local;
  await using pool = new SegmentPool<EventBatch>(
    { kind: 'match', query, local: { dateFormat, nativeMachine } },
    { ...times, pieces: plan.segments, needles },
    { process: (batch) => stage.process(batch) },
  );
  const { mixedAt } = yield* eventsIn(segmentMatches(pool, signal), signal);
  if (mixedAt === undefined) return;
  const rest = planPieces(pool.rest(mixedAt));
  yield* matchesIn(eventBatches(rest.input, times, undefined, rest.plan.relevant), stage, signal);
}

async function* matchesIn(
  batches: AsyncIterable<EventBatch>,
  stage: MatchStage,
  signal: AbortSignal | undefined,
): AsyncGenerator<EventText> {
  for await (const batch of batches) {
    for (const event of eventsOf(batch)) {
      if (!stage.admits(event)) continue;
      if (signal?.aborted === true) return;
      yield event;
    }
  }
}

/** The events of batches in which all match. @returns what the batches end with. */
async function* eventsIn(
  batches: AsyncGenerator<EventBatch, SegmentsOutcome>,
  signal: AbortSignal | undefined,
): AsyncGenerator<EventText, SegmentsOutcome> {
  try {
    for (;;) {
      const next = await batches.next();
      if (next.done === true) return next.value;
      for (const event of eventsOf(next.value)) {
        if (signal?.aborted === true) break;
        yield event;
      }
    }
  } finally {
    // The caller may want no more in the middle of a batch.
    await batches.return(NOTHING);
  }
}
