import { inputBytes } from '../input/chunks.ts';
import type { LogInput } from '../input/log-input.ts';
import type { EventBatch } from '../run/event-batch.ts';
import { runEvents, type ScanSummary } from '../run/run-events.ts';
import { planPieces, planScan, type ScanPlan } from '../run/scan-plan.ts';
import { SegmentPool, type OwnStage } from '../run/segment-pool.ts';
import { WorkerPool, type WorkerSetup } from '../run/worker-pool.ts';
import type { CheckpointGate } from './checkpoint-gate.ts';
import { RefusedRecords } from '../input/refused-records.ts';
import { indexedLogs } from '../input/indexed-logs.ts';
import { needlesOf, neededTypes } from './needles.ts';
import type { SearchQuery } from './query.ts';
import { SortedOutput } from './sorted-output.ts';
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
  /** Bytes are no longer needed once `onOutput` has returned: their memory is used again. */
  readonly returnsOutput?: boolean;
  /** Lets through what comes behind a checkpoint; events without their last record are left for later. */
  readonly gate?: CheckpointGate;
  /** Told of each line and record that could not be read. */
  readonly onProblem?: (text: string) => void;
  /** Told of an index that was not used, since it is not of its log. */
  readonly onStaleIndex?: (index: string) => void;
  /** Told how much of a large log has been read, from 0 to 1. */
  readonly onProgress?: (part: number) => void;
  /** Ends the search early: what was found so far has been put out. */
  readonly signal?: AbortSignal;
}

/** What a search has found. */
export interface SearchOutcome {
  readonly found: number;
  readonly scan: ScanSummary;
}

const NO_PLAN: ScanPlan = { relevant: undefined, segments: undefined };

/** Runs a search over an input, from its start to its end. */
export function runSearch(run: SearchRun): Promise<SearchOutcome> {
  const query = run.onProblem === undefined ? run.query : { ...run.query, debug: true };
  return new SearchRunner({ ...run, query }).run();
}

class SearchRunner {
  readonly #run: SearchRun;
  readonly #stage: SearchStage;
  #found = 0;
  #hasHeader = false;
  readonly #sorted: SortedOutput | undefined;
  readonly #refused: RefusedRecords | undefined;

  constructor(run: SearchRun) {
    this.#run = run;
    this.#stage = new SearchStage(run.query, run.local);
    this.#sorted = run.query.sort === undefined ? undefined : new SortedOutput(run.query.sort);
    this.#refused = run.onProblem === undefined ? undefined : new RefusedRecords(run.input, run.onProblem);
  }

  async run(): Promise<SearchOutcome> {
    const outcome = await this.#read();
    await this.#refused?.end();
    if (this.#sorted === undefined) return outcome;
    let printed = 0;
    for (const bytes of this.#sorted.take(this.#run.limit)) {
      printed += 1;
      await this.#print(bytes);
    }
    return { ...outcome, found: Math.max(printed, Math.min(outcome.found, this.#run.limit)) };
  }

  /** How many more events are wanted; all of them must be known to be sorted. */
  get #wanted(): number {
    return this.#sorted === undefined ? this.#run.limit - this.#found : Infinity;
  }

  async #read(): Promise<SearchOutcome> {
    const { query, gate, onProblem, onStaleIndex } = this.#run;
    const needles = gate === undefined ? needlesOf(query) : undefined;
    const { startSec, endSec } = query;
    const times = { startSec, endSec, timeoutSec: this.#run.timeoutSec };
    const isWhole = gate === undefined && onProblem === undefined;
    const wanted = { ...times, types: neededTypes(query) };
    const input = isWhole ? await indexedLogs(this.#run.input, wanted, onStaleIndex) : this.#run.input;
    const plan = isWhole ? planScan(input, times, needles) : NO_PLAN;
    if (plan.segments === undefined || this.#wanted !== Infinity)
      return this.#readThrough(input, needles, plan);
    const job = { ...times, pieces: plan.segments, needles };
    await using pool = new SegmentPool<StageResult>(this.#setup(), job, this.#ownStage());
    const outcome = await pool.run((result) => this.#deliver(result), this.#run.onProgress);
    const { badLines, first, mixedAt } = outcome;
    if (mixedAt === undefined) return { found: this.#found, scan: { badLines, longLines: 0, first } };
    const rest = planPieces(pool.rest(mixedAt));
    const { found, scan } = await this.#readThrough(rest.input, undefined, rest.plan);
    return { found, scan: { ...scan, badLines: badLines + scan.badLines, first: first ?? scan.first } };
  }

  /** Puts events together on this thread; others judge them if that pays. */
  async #readThrough(
    input: LogInput,
    needles: readonly Buffer[] | undefined,
    plan: ScanPlan,
  ): Promise<SearchOutcome> {
    const { query, timeoutSec, gate, onProblem } = this.#run;
    const options = {
      startSec: query.startSec,
      endSec: query.endSec,
      timeoutSec,
      keepsUnfinished: gate !== undefined,
      ...(onProblem === undefined
        ? {}
        : {
            onBadLine: (line: { file: string; lineNumber: number; reason: string }) =>
              onProblem(`${line.file}:${line.lineNumber}: ${line.reason}`),
          }),
    };
    const pool = this.#pool(input, needles);
    const underWay: Promise<StageResult>[] = [];
    const deliverDownTo = async (count: number): Promise<boolean> => {
      let goesOn = true;
      while (underWay.length > count) {
        const result = await underWay.shift();
        if (result !== undefined) goesOn = await this.#deliver(result);
      }
      return goesOn;
    };
    const take = async (batch: EventBatch): Promise<boolean> => {
      if (pool === undefined) {
        return this.#deliver(this.#stage.process(batch, this.#wanted, gate));
      }
      underWay.push(pool.process<StageResult>(batch));
      return deliverDownTo(pool.depth);
    };
    const scan = await runEvents(input, options, take, needles, plan.relevant);
    await deliverDownTo(0);
    await pool?.close();
    return { found: this.#found, scan };
  }

  /** Puts out what was found. @returns whether more is wanted. */
  async #deliver(result: StageResult): Promise<boolean> {
    const { signal } = this.#run;
    this.#found += result.found;
    this.#refused?.add(result.malformed);
    if (this.#sorted !== undefined) this.#sorted.add(result);
    else if (result.output.length > 0) await this.#print(result.output);
    return this.#wanted > 0 && signal?.aborted !== true;
  }

  async #print(bytes: Uint8Array): Promise<void> {
    const { onOutput } = this.#run;
    const header = this.#stage.header();
    if (!this.#hasHeader && header !== '') {
      this.#hasHeader = true;
      await onOutput(Buffer.from(header, 'latin1'));
    }
    await onOutput(bytes);
  }

  #ownStage(): OwnStage<StageResult> {
    const stage = this.#stage;
    return {
      process: (batch) => stage.process(batch),
      takeBack: (memory) => stage.takeBack(memory),
      ...(this.#run.returnsOutput === true ? { memoryOf: (result) => result.output.buffer } : {}),
    };
  }

  #setup(): WorkerSetup {
    const { dateFormat, nativeMachine } = this.#run.local;
    return { kind: 'search', query: this.#run.query, local: { dateFormat, nativeMachine } };
  }

  /** Threads for a search that judges much: not for one that stops early, or reads little of its input. */
  #pool(input: LogInput, needles: readonly Buffer[] | undefined): WorkerPool | undefined {
    const { query, gate } = this.#run;
    const readsLittle = needles !== undefined || query.startSec !== undefined || query.endSec !== undefined;
    if (this.#wanted !== Infinity || gate !== undefined || readsLittle) return undefined;
    return WorkerPool.open(this.#setup(), inputBytes(input));
  }
}
