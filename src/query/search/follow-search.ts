import { followLog, type FollowOptions } from '../input/follow-log.ts';
import { LineChunker } from '../input/line-chunks.ts';
import type { Chunk } from '../input/chunk-store.ts';
import { BatchBuilder } from '../run/event-batch.ts';
import { EventScan } from '../run/event-scan.ts';
import { packEvent } from '../run/run-events.ts';
import type { SearchQuery } from './query.ts';
import { SearchStage, type LocalKnowledge } from './search-stage.ts';

const BATCH_BYTES = 1 << 16;

/** A search that goes on with what is added to a log. */
export interface FollowRun extends FollowOptions {
  readonly path: string;
  readonly query: SearchQuery;
  readonly local: LocalKnowledge;
  /** Seconds after which an event is taken to be whole: of the log's time, and of waiting. */
  readonly timeoutSec: number;
  readonly limit: number;
  readonly onOutput: (bytes: Uint8Array) => void | Promise<void>;
}

/** Prints what matches as it is written, until the signal aborts or the limit is reached. @returns how many. */
export async function followSearch(run: FollowRun): Promise<number> {
  const follower = new Follower(run);
  for await (const growth of followLog(run.path, run)) {
    if (growth.kind === 'bytes') follower.add(growth.bytes);
    else if (growth.kind === 'rotated') follower.rotated();
    else if (growth.idleMs >= run.timeoutSec * 1000) follower.settle();
    if ((await follower.deliver()) >= run.limit) break;
  }
  follower.settle();
  return follower.deliver();
}

class Follower {
  readonly #run: FollowRun;
  readonly #stage: SearchStage;
  readonly #scan: EventScan;
  readonly #builder = new BatchBuilder(BATCH_BYTES);
  #lines: LineChunker;
  #found = 0;

  constructor(run: FollowRun) {
    const { query, local, path, timeoutSec } = run;
    this.#run = run;
    this.#stage = new SearchStage(query, local);
    this.#scan = new EventScan({ startSec: query.startSec, endSec: query.endSec, timeoutSec });
    this.#lines = new LineChunker(path, 0);
  }

  add(bytes: Buffer): void {
    this.#push(this.#lines.push(bytes));
  }

  /** The old file has ended; its last line may have no newline. */
  rotated(): void {
    this.#push(this.#lines.end());
    this.#lines = new LineChunker(this.#run.path, this.#lines.offset + 1);
  }

  /** Nothing more is added to the events so far. */
  settle(): void {
    this.#scan.end();
    this.#drain();
  }

  /** Puts out what was found. @returns how many events were found so far. */
  async deliver(): Promise<number> {
    if (this.#builder.eventCount === 0) return this.#found;
    const { limit, onOutput } = this.#run;
    const isFirst = this.#found === 0;
    const { output, found } = this.#stage.process(this.#builder.take(), limit - this.#found);
    this.#found += found;
    if (output.length === 0) return this.#found;
    const header = this.#stage.header();
    if (isFirst && header !== '') await onOutput(Buffer.from(header, 'latin1'));
    await onOutput(output);
    return this.#found;
  }

  #push(chunk: Chunk | undefined): void {
    if (chunk === undefined) return;
    this.#scan.push(chunk);
    this.#drain();
  }

  #drain(): void {
    this.#scan.drain((event) => packEvent(this.#scan, this.#builder, event));
  }
}
