import type { NameSource } from '../../audit/interpret/names.ts';
import type { EventText } from '../output/event-text.ts';
import {
  BatchBuilder,
  BatchReader,
  EVENT_WIDTH,
  RECORD_WIDTH,
  type BatchEvent,
  type EventBatch,
} from '../run/event-batch.ts';
import { EventJudge } from './event-judge.ts';
import type { SearchQuery } from './query.ts';

/** Room for the matches of a batch; it grows if need be. */
const BATCH_BYTES = 1 << 16;

/** Picks the events that match, for who takes events and not text. Runs on any thread. */
export class MatchStage {
  readonly #judge: EventJudge;
  readonly #builder = new BatchBuilder(BATCH_BYTES);

  constructor(query: SearchQuery, names: NameSource) {
    this.#judge = new EventJudge(query, names);
  }

  /** Whether an event matches. */
  admits(event: EventText): boolean {
    return this.#judge.judge(event) !== undefined;
  }

  /** The events of a batch that match, in memory of their own. */
  process(batch: EventBatch): EventBatch {
    const reader = new BatchReader(batch);
    const bytes = Buffer.from(batch.bytes.buffer, batch.bytes.byteOffset, batch.bytes.length);
    for (let at = 0; at < batch.meta.length; at = reader.next(at)) {
      const event = reader.event(at);
      if (this.admits(event)) this.#add(event, batch.meta, at, bytes);
    }
    return this.#builder.take();
  }

  #add(event: BatchEvent, meta: Float64Array, at: number, bytes: Buffer): void {
    this.#builder.beginEvent(event, event.records.length);
    for (let i = 0; i < event.records.length; i += 1) {
      const record = at + EVENT_WIDTH + i * RECORD_WIDTH;
      const start = meta[record + 1] ?? 0;
      const end = meta[record + 2] ?? 0;
      const place = this.#builder.addRecord(meta[record] ?? 0, end - start);
      bytes.copy(place.target, place.at, start, end);
    }
  }
}
