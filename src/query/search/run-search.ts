import { inputBytes, type LogInput } from '../input/chunks.ts';
import type { EventBatch } from '../run/event-batch.ts';
import { WorkerPool } from '../run/worker-pool.ts';
import { runEvents, type ScanSummary } from '../run/run-events.ts';
import type { CheckpointGate } from './checkpoint-gate.ts';
import { needlesOf } from './needles.ts';
import type { SearchQuery } from './query.ts';
import { SearchStage, type LocalKnowledge, type StageResult } from './search-stage.ts';

/** One search: what, where, and where to put what is found. */
export interface SearchRun {
  readonly query: SearchQuery;
  readonly local: LocalKnowledge;
  readonly input: LogInput;
  readonly timeoutSec: number;
  /** Stop after so many events. */
  readonly limit: number;
  readonly onOutput: (bytes: Uint8Array) => void | Promise<void>;
  /** Lets through what comes behind a checkpoint; events without their last record are left for later. */
  readonly gate?: CheckpointGate;
  /** Told of each line and record that could not be read. */
  readonly onProblem?: (text: string) => void;
}

/** What a search has found. */
export interface SearchOutcome {
  readonly found: number;
  readonly scan: ScanSummary;
}

/** Runs a search over an input, from its start to its end. */
export async function runSearch(given: SearchRun): Promise<SearchOutcome> {
  const run = given.onProblem === undefined ? given : { ...given, query: { ...given.query, debug: true } };
  const stage = new SearchStage(run.query, run.local);
  const pool = poolFor(run);
  let found = 0;
  const header = stage.header();
  const deliver = async (result: StageResult): Promise<void> => {
    if (found === 0 && result.output.length > 0 && header !== '')
      await run.onOutput(Buffer.from(header, 'latin1'));
    found += result.found;
    for (const problem of result.malformed) run.onProblem?.(problem);
    if (result.output.length > 0) await run.onOutput(result.output);
  };
  const underWay: Promise<StageResult>[] = [];
  const deliverDownTo = async (count: number): Promise<void> => {
    while (underWay.length > count) {
      const result = await underWay.shift();
      if (result !== undefined) await deliver(result);
    }
  };
  const take = async (batch: EventBatch): Promise<boolean> => {
    if (pool !== undefined) {
      underWay.push(pool.process<StageResult>(batch));
      await deliverDownTo(pool.depth);
      return true;
    }
    await deliver(stage.process(batch, run.limit - found, run.gate));
    return found < run.limit;
  };
  const { onProblem } = run;
  const scan = await runEvents(
    run.input,
    {
      startSec: run.query.startSec,
      endSec: run.query.endSec,
      timeoutSec: run.timeoutSec,
      keepsUnfinished: run.gate !== undefined,
      ...(onProblem === undefined
        ? {}
        : { onBadLine: (line) => onProblem(`${line.file}:${line.lineNumber}: ${line.reason}`) }),
    },
    take,
    run.gate === undefined ? needlesOf(run.query) : undefined,
  );
  await deliverDownTo(0);
  await pool?.close();
  return { found, scan };
}

/** Threads for a search that judges much: not for one that stops early, or reads little of its input. */
function poolFor(run: SearchRun): WorkerPool | undefined {
  const { query, local } = run;
  const readsLittle =
    needlesOf(query) !== undefined || query.startSec !== undefined || query.endSec !== undefined;
  if (run.limit !== Infinity || run.gate !== undefined || readsLittle) return undefined;
  const { dateFormat, nativeMachine } = local;
  return WorkerPool.open(
    { kind: 'search', query, local: { dateFormat, nativeMachine } },
    inputBytes(run.input),
  );
}
