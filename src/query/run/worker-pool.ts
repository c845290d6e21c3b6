import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { ReportQuery } from '../report/report-query.ts';
import type { LocalKnowledge, StageResult } from '../search/search-stage.ts';
import type { ReportCounts, ReportRows } from '../report/report-stage.ts';
import type { SearchQuery } from '../search/query.ts';
import type { EventBatch } from './event-batch.ts';

/** What a worker thread is to do. */
export type WorkerSetup = (
  | { readonly kind: 'search'; readonly query: SearchQuery }
  | { readonly kind: 'report'; readonly query: ReportQuery }
) & { readonly local: Omit<LocalKnowledge, 'names'> };

/** What a worker thread is asked: to judge a batch, or what it has counted. */
export type WorkerRequest = EventBatch | 'counts';

type Answer = StageResult | ReportRows | ReportCounts;

/** What comes from another thread: of the kind that was asked for, which the compiler cannot know. */
type Message = ReturnType<typeof JSON.parse>;

interface Pending {
  readonly resolve: (answer: Message) => void;
  readonly reject: (error: Error) => void;
}

/** Below this much input, threads cost more than they save. */
const MIN_INPUT_BYTES = 24 << 20;

/**
 * Worker threads that judge batches of events, each with its own stage.
 *
 * Answers come in the order of the requests of each worker; who needs the order of all batches waits for
 * them in that order.
 */
export class WorkerPool {
  readonly #workers: readonly Worker[];
  readonly #pending: Pending[][];
  #next = 0;

  private constructor(setup: WorkerSetup, count: number) {
    const file = new URL('./stage-worker.js', import.meta.url);
    this.#workers = Array.from(
      { length: count },
      () =>
        new Worker(file, {
          workerData: setup,
          execArgv: [],
          resourceLimits: { maxYoungGenerationSizeMb: 16 },
        }),
    );
    this.#pending = this.#workers.map(() => []);
    for (const [i, worker] of this.#workers.entries()) {
      worker.on('message', (answer: Message) => this.#pending[i]?.shift()?.resolve(answer));
      worker.on('error', (error) => this.#failed(i, error));
    }
  }

  /**
   * Starts workers if that pays, else returns undefined: the caller then does the work itself.
   *
   * Sources that have not been compiled cannot be loaded by a worker of Node 20.
   */
  static open(setup: WorkerSetup, inputBytes: number): WorkerPool | undefined {
    const count = Math.min(availableParallelism(), 8);
    if (count < 2 || inputBytes < MIN_INPUT_BYTES || import.meta.url.endsWith('.ts')) return undefined;
    return new WorkerPool(setup, count);
  }

  /** How many batches may be under way before the first must be waited for. */
  get depth(): number {
    return this.#workers.length * 2;
  }

  /** Lets the next worker judge a batch. */
  process<T extends Answer>(batch: EventBatch): Promise<T> {
    const worker = this.#next;
    this.#next = (this.#next + 1) % this.#workers.length;
    return this.#ask<T>(worker, batch, [batch.bytes.buffer, batch.meta.buffer]);
  }

  /** What each worker has counted. */
  counts(): Promise<ReportCounts[]> {
    return Promise.all(this.#workers.map((_worker, i) => this.#ask<ReportCounts>(i, 'counts', [])));
  }

  /** Ends the workers. */
  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #ask<T extends Answer>(worker: number, request: WorkerRequest, transfer: ArrayBuffer[]): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#pending[worker]?.push({ resolve, reject });
      this.#workers[worker]?.postMessage(request, transfer);
    });
  }

  #failed(worker: number, error: Error): void {
    for (const pending of this.#pending[worker] ?? []) pending.reject(error);
  }
}
