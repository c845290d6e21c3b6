import { availableParallelism } from 'node:os';
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import type { ReportCounts } from '../report/report-stage.ts';
import type { SearchQuery } from '../search/query.ts';
import { compiledModule } from '../simd/bytes-module.ts';
import { QUEUE_BYTES, SEGMENTS_AHEAD, SegmentQueue } from './segment-queue.ts';
import { SegmentReader, type SegmentJob } from './segment-reader.ts';
import type { ScannedSegment } from './segment-scan.ts';
import { compareStamps, type Stamp } from './stamp.ts';
import type { EventBatch } from './event-batch.ts';
import type { WorkerSetup } from './worker-pool.ts';

/** What is done with segments: what is done with batches, or the events are picked that match. */
export type SegmentTask =
  | WorkerSetup
  | {
      readonly kind: 'match';
      readonly query: SearchQuery;
      readonly local: WorkerSetup['local'];
    };

/** What a worker thread that reads segments is given. */
export interface SegmentWorkerSetup {
  readonly setup: SegmentTask;
  readonly job: SegmentJob;
  readonly control: SharedArrayBuffer;
  readonly cuts: SharedArrayBuffer;
  /** What {@link compiledModule} has made. */
  readonly module: object | null;
  /** Memory of outputs that are no longer needed. */
  readonly returned: MessagePort;
}

/** What this thread does with the batches that it reads itself. */
export interface OwnStage<R> {
  process(batch: EventBatch): R;
  /** The memory of a result that may be used again once it has been delivered. */
  memoryOf?(result: R): ArrayBuffer | undefined;
  takeBack?(memory: ArrayBuffer): void;
}

type Known = Omit<ScannedSegment, 'batch'>;

/** A segment that was read; `known` is undefined if there was no place to cut. */
interface Answer<R> {
  readonly index: number;
  readonly known: Known | undefined;
  readonly result: R;
  /** Which worker has made it; none if this thread has. */
  readonly worker?: number;
}

/** How far the segments got. */
export interface SegmentsOutcome {
  /** The first segment that was not delivered, because events are mixed around it; undefined if all were. */
  readonly mixedAt: number | undefined;
  readonly badLines: number;
  readonly first: Stamp | undefined;
  /** What the worker threads have counted. */
  readonly counts: readonly ReportCounts[];
}

/** What comes from another thread: of the kind that was asked for, which the compiler cannot know. */
type Message = ReturnType<typeof JSON.parse>;

/** More threads than that would have nothing to read. */
const MAX_THREADS = SEGMENTS_AHEAD;
/** Below this, threads cost more than they save. */
const MIN_SHARED_BYTES = 24 << 20;

/**
 * Reads and judges the segments of a log on all cores, and delivers what comes of them in order.
 *
 * A segment is delivered when it is certain that all events behind it are younger.
 *
 * @param deliver returns false to stop.
 */
export class SegmentPool<R> {
  readonly #reader: SegmentReader;
  readonly #queue: SegmentQueue;
  readonly #stage: OwnStage<R>;
  readonly #returns: MessagePort[] = [];
  readonly #workers: readonly Worker[];
  readonly #answers = new Map<number, Answer<R>>();
  readonly #counts: ReportCounts[] = [];
  #ended = 0;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;
  #delivered = 0;
  #highest: Stamp | undefined;
  #first: Stamp | undefined;
  #badLines = 0;

  constructor(setup: SegmentTask, job: SegmentJob, stage: OwnStage<R>) {
    this.#reader = new SegmentReader(job);
    this.#stage = stage;
    const control = new SharedArrayBuffer(QUEUE_BYTES);
    this.#queue = new SegmentQueue(control, this.#reader.count);
    const cuts = this.#reader.sharedCuts;
    const module = compiledModule();
    const count = workersFor(this.#reader.sizeBytes);
    this.#workers = Array.from({ length: count }, (_, i) =>
      this.#start({ setup, job, control, cuts, module }, i),
    );
  }

  /** Runs to the end, or until `deliver` wants no more, or events are found mixed. */
  async run(
    deliver: (result: R) => Promise<boolean> | boolean,
    onProgress?: (part: number) => void,
  ): Promise<SegmentsOutcome> {
    const { count } = this.#reader;
    let mixedAt: number | undefined;
    while (this.#delivered < count && mixedAt === undefined) {
      const next = this.#nextAnswer();
      if (next === 'mixed') mixedAt = this.#delivered;
      else if (next === 'not yet') await this.#work();
      else if (!(await this.#deliver(next, deliver))) return this.#stopped();
      else onProgress?.(this.#delivered / count);
    }
    return {
      mixedAt,
      badLines: this.#badLines,
      first: this.#first,
      counts: await this.#workerCounts(mixedAt),
    };
  }

  /** What is left to be read from a segment on. */
  rest(index: number): ReturnType<SegmentReader['rest']> {
    return this.#reader.rest(index);
  }

  /** Lets the process end although threads are at work. */
  unref(): void {
    for (const worker of this.#workers) worker.unref();
  }

  /** Takes {@link unref} back. */
  ref(): void {
    for (const worker of this.#workers) worker.ref();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#queue.stop();
    this.#reader[Symbol.dispose]();
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #start(shared: Omit<SegmentWorkerSetup, 'returned'>, index: number): Worker {
    const { port1, port2 } = new MessageChannel();
    port1.unref();
    this.#returns.push(port1);
    const workerData: SegmentWorkerSetup = { ...shared, returned: port2 };
    const worker = new Worker(new URL('./segment-worker.js', import.meta.url), {
      workerData,
      transferList: [port2],
      // What the program was started with may not suit a thread, as --eval.
      execArgv: [],
    });
    worker.on('message', (message: Message) => this.#hear(message, index));
    worker.on('error', (error) => {
      this.#failure = error;
      this.#wake?.();
    });
    return worker;
  }

  #hear(message: Message, worker: number): void {
    if (message.index === undefined) {
      this.#ended += 1;
      if (message.counts !== undefined) this.#counts.push(message.counts);
    } else {
      this.#answers.set(message.index, { ...message, worker });
    }
    this.#wake?.();
  }

  /** The answer that may be delivered next, once what follows it is known to be younger. */
  #nextAnswer(): Answer<R> | 'mixed' | 'not yet' {
    const answer = this.#answers.get(this.#delivered);
    if (answer === undefined) return 'not yet';
    if (answer.known === undefined) return 'mixed';
    const highest = youngest(this.#highest, answer.known.highest);
    // No thread reads beyond: a longer stretch without a single record says nothing of what follows it.
    const end = Math.min(this.#reader.count, this.#delivered + SEGMENTS_AHEAD);
    for (let index = this.#delivered + 1; index < end; index += 1) {
      const later = this.#answers.get(index);
      if (later === undefined) return 'not yet';
      if (later.known === undefined) return 'mixed';
      const { lowest } = later.known;
      if (lowest === undefined) continue;
      return highest !== undefined && compareStamps(lowest, highest) <= 0 ? 'mixed' : answer;
    }
    return answer;
  }

  async #deliver(answer: Answer<R>, deliver: (result: R) => Promise<boolean> | boolean): Promise<boolean> {
    this.#answers.delete(answer.index);
    this.#highest = youngest(this.#highest, answer.known?.highest);
    this.#first ??= answer.known?.first;
    this.#badLines += answer.known?.badLines ?? 0;
    this.#delivered += 1;
    const goesOn = await deliver(answer.result);
    this.#giveBack(answer);
    this.#queue.deliver(this.#delivered);
    return goesOn;
  }

  #giveBack({ result, worker }: Answer<R>): void {
    const memory = this.#stage.memoryOf?.(result);
    if (memory === undefined) return;
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port has no origin
    if (worker !== undefined) this.#returns[worker]?.postMessage(memory, [memory]);
    else this.#stage.takeBack?.(memory);
  }

  /** Judges a segment on this thread if there is one, else waits for another thread. */
  async #work(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const index = this.#queue.tryTake();
    if (index === undefined) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      return;
    }
    const scanned = this.#reader.read(index);
    if (scanned !== undefined) {
      const { batch, ...known } = scanned;
      this.#answers.set(index, { index, known, result: this.#stage.process(batch) });
    } else {
      // There is no result, and it is never looked at.
      const none: Message = undefined;
      this.#answers.set(index, { index, known: undefined, result: none });
    }
    // Lets the answers of the other threads in, and signals.
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }

  /** No more is wanted: what the workers have counted is not waited for. */
  #stopped(): SegmentsOutcome {
    return { mixedAt: undefined, badLines: this.#badLines, first: this.#first, counts: [] };
  }

  async #workerCounts(mixedAt: number | undefined): Promise<readonly ReportCounts[]> {
    if (mixedAt !== undefined) return [];
    while (this.#ended < this.#workers.length && this.#failure === undefined) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#failure !== undefined) throw this.#failure;
    return this.#counts;
  }
}

/**
 * How many other threads pay for a log of a size.
 *
 * Sources that have not been compiled cannot be loaded by a worker of Node 20.
 */
function workersFor(sizeBytes: number): number {
  if (sizeBytes < MIN_SHARED_BYTES || import.meta.url.endsWith('.ts')) return 0;
  return Math.min(availableParallelism(), MAX_THREADS) - 1;
}

function youngest(a: Stamp | undefined, b: Stamp | undefined): Stamp | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return compareStamps(a, b) < 0 ? b : a;
}
