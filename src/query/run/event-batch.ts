import type { BytesModule } from '../simd/bytes-module.ts';
import type { EventText, RecordLine } from '../output/event-text.ts';
import { recordLine } from '../output/event-text.ts';

/** Numbers per event in {@link EventBatch.meta} before those of its records. */
export const EVENT_WIDTH = 6;
/** Numbers per record: type, where its line starts and ends in the bytes, where its body starts or 0. */
export const RECORD_WIDTH = 4;

/** Where an event has more bytes than that, most of them belong to none that counts. */
const SPARSE_BYTES = 16 << 10;

/**
 * Some complete events, packed so that they can be handed to another thread without being copied: the lines
 * one after another, and numbers that say what is where.
 */
export interface EventBatch {
  /** Position of the batch in the stream of batches. */
  readonly index: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly meta: Float64Array<ArrayBuffer>;
  readonly nodes: readonly string[];
  readonly eventCount: number;
  /** In whose memory bytes and numbers stand, if they do; such a batch stays on its thread. */
  readonly module?: BytesModule;
}

/** Collects events until a batch is full. */
export class BatchBuilder {
  readonly #capacityBytes: number;
  #bytes: Buffer<ArrayBuffer>;
  #used = 0;
  #meta: number[] = [];
  #nodes: string[] = [];
  #count = 0;
  #index = 0;
  #sequence = 0;

  constructor(capacityBytes: number) {
    this.#capacityBytes = capacityBytes;
    this.#bytes = Buffer.allocUnsafeSlow(capacityBytes);
  }

  /** Number of events in the batch so far. */
  get eventCount(): number {
    return this.#count;
  }

  /** Whether it is time to {@link take} the batch. */
  get isFull(): boolean {
    return this.#used >= this.#capacityBytes * 0.9;
  }

  /** Begins an event with so many records, each of which {@link addRecord} must add. */
  beginEvent(
    event: { sec: number; milli: number; serial: number; node: string | null },
    records: number,
  ): void {
    let node = -1;
    if (event.node !== null) {
      node = this.#nodes.lastIndexOf(event.node);
      if (node < 0) node = this.#nodes.push(event.node) - 1;
    }
    this.#meta.push(event.sec, event.milli, event.serial, node, this.#sequence, records);
    this.#count += 1;
    this.#sequence += 1;
  }

  /** Adds a record's line to the event that was begun last; the caller fills the bytes. */
  addRecord(type: number, sizeBytes: number): { readonly target: Buffer; readonly at: number } {
    const at = this.#used;
    if (at + sizeBytes > this.#bytes.length) this.#grow(at + sizeBytes);
    this.#used = at + sizeBytes;
    this.#meta.push(type, at, this.#used, 0);
    return { target: this.#bytes, at };
  }

  /** The batch; the builder begins a new one. */
  take(): EventBatch {
    const batch: EventBatch = {
      index: this.#index,
      bytes: this.#bytes.subarray(0, this.#used),
      meta: new Float64Array(this.#meta),
      nodes: this.#nodes,
      eventCount: this.#count,
    };
    this.#index += 1;
    this.#bytes = Buffer.allocUnsafeSlow(this.#capacityBytes);
    this.#used = 0;
    this.#meta = [];
    this.#nodes = [];
    this.#count = 0;
    return batch;
  }

  #grow(needed: number): void {
    const bigger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(bigger, 0, 0, this.#used);
    this.#bytes = bigger;
  }
}

/** An event of a batch, with its place among all events. */
export interface BatchEvent extends EventText {
  readonly sequence: number;
}

/** Makes the events of a batch from its bytes, those that are asked for. */
export class BatchReader {
  readonly #batch: EventBatch;
  readonly #isSparse: boolean;
  #text: string | undefined;

  constructor(batch: EventBatch) {
    this.#batch = batch;
    this.#isSparse = batch.eventCount * SPARSE_BYTES < batch.bytes.length;
  }

  /** Where the numbers of the next event begin in {@link EventBatch.meta}, behind those of the one at `at`. */
  next(at: number): number {
    return at + EVENT_WIDTH + (this.#batch.meta[at + 5] ?? 0) * RECORD_WIDTH;
  }

  /** The event whose numbers begin at `at`. */
  event(at: number): BatchEvent {
    const { meta, nodes } = this.#batch;
    const recordCount = meta[at + 5] ?? 0;
    const records: RecordLine[] = [];
    for (let i = 0; i < recordCount; i += 1) {
      const base = at + EVENT_WIDTH + i * RECORD_WIDTH;
      records.push(recordLine(meta[base] ?? 0, this.#line(meta[base + 1] ?? 0, meta[base + 2] ?? 0)));
    }
    return {
      sec: meta[at] ?? 0,
      milli: meta[at + 1] ?? 0,
      serial: meta[at + 2] ?? 0,
      node: nodes[meta[at + 3] ?? -1] ?? null,
      sequence: meta[at + 4] ?? 0,
      records,
    };
  }

  #line(start: number, end: number): string {
    const { bytes } = this.#batch;
    if (this.#isSparse) return latin1(bytes.subarray(start, end));
    // One string for the whole batch: what is cut from it costs nothing.
    this.#text ??= latin1(bytes);
    return this.#text.slice(start, end);
  }
}

/** The events of a batch, one after another. */
export function* eventsOf(batch: EventBatch): Generator<BatchEvent> {
  const reader = new BatchReader(batch);
  for (let at = 0; at < batch.meta.length; at = reader.next(at)) yield reader.event(at);
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}
