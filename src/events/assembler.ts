import { ABI_VERSION, CHUNK, EVENT_AT, SIZE } from '../abi/abi.ts';
import { readField, type FieldRef } from './fields.ts';

/** What comes out of the {@link Assembler}, in the order in which the records were begun. */
export interface EventHandler {
  /**
   * A whole event.
   *
   * @param bytes - memory that holds its first chunk at `at`; valid during the call
   * @param view - the same memory
   * @param more - fields that travelled in chunks of their own
   * @param from - where its first chunk lay when it was taken in
   */
  event(bytes: Uint8Array, view: DataView, at: number, more: readonly FieldRef[], from: number): void;
  /** A chunk of kind STAMP or EXIT at `at`; valid during the call. */
  note?(kind: number, bytes: Uint8Array, view: DataView, at: number): void;
}

/** What an {@link Assembler} has counted. */
export interface AssemblerCounts {
  /** Chunks taken in. */
  chunks: number;
  /** Events given out. */
  events: number;
  /** Chunks of another ABI version: a policy built against another header. */
  otherAbi: number;
  /** Chunks whose lengths or kind make no sense. */
  malformed: number;
  /** FIELD chunks whose event never came. */
  orphans: number;
}

/** Bit 0 of `bpf_audit_event.missing`, which no field type has: a chunk was lost, nobody knows of which field. */
const INCOMPLETE = 1;

// Constants of this module are compiled in, those of another are looked up at every use.
const ABI = ABI_VERSION;
const { EVENT, FIELD, STAMP, EXIT } = CHUNK;
const { len: LEN, kind: KIND, chunks: CHUNKS, promise: PROMISE } = EVENT_AT;
const { chunk: CHUNK_SIZE, event: EVENT_SIZE, stamp: STAMP_SIZE } = SIZE;
/** Bytes behind a copy that may be read, as behind a chunk in the ring. */
const SLACK = 8;
const NO_FIELDS: readonly FieldRef[] = [];

/** An event that still misses chunks, or that stands behind one that does. */
interface Held {
  /** Where its first chunk lay. */
  readonly at: number;
  readonly promise: bigint;
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly kind: number;
  readonly more: FieldRef[];
  missing: number;
}

/**
 * Puts the chunks of an event together.
 *
 * The chunks of one event lie behind its first one in the ring, with those of other CPUs between. An event
 * that is complete at once is handed on in place; otherwise it and all that follow are copied and wait, so
 * that records leave in the order of the ring.
 */
export class Assembler {
  /** What was counted since the start. */
  readonly counts: AssemblerCounts = { chunks: 0, events: 0, otherAbi: 0, malformed: 0, orphans: 0 };
  readonly #handler: EventHandler;
  readonly #held: Held[] = [];

  constructor(handler: EventHandler) {
    this.#handler = handler;
  }

  /** Where the oldest chunk lay that is still needed, if one is: nothing from there on may be released. */
  get oldest(): number | undefined {
    return this.#held[0]?.at;
  }

  /** Takes in the chunk of `length` bytes at `at`. */
  chunk(bytes: Uint8Array, view: DataView, at: number, length: number): void {
    this.counts.chunks++;
    if (length < CHUNK_SIZE) {
      this.counts.malformed++;
      return;
    }
    if (view.getUint16(at, true) !== ABI) {
      this.counts.otherAbi++;
      return;
    }
    const used = view.getUint32(at + LEN, true);
    const kind = view.getUint8(at + KIND);
    if (used > length || used < CHUNK_SIZE) {
      this.counts.malformed++;
    } else if (kind === EVENT && used >= EVENT_SIZE) {
      this.#event(bytes, view, at, used);
    } else if (kind === FIELD) {
      this.#field(bytes, view, at, used);
    } else if ((kind === STAMP || kind === EXIT) && used >= STAMP_SIZE) {
      this.#note(kind, bytes, view, at, used);
    } else {
      this.counts.malformed++;
    }
  }

  #event(bytes: Uint8Array, view: DataView, at: number, used: number): void {
    const missing = view.getUint16(at + CHUNKS, true);
    if (missing === 0 && this.#held.length === 0) {
      this.counts.events++;
      this.#handler.event(bytes, view, at, NO_FIELDS, at);
      return;
    }
    this.#hold(EVENT, bytes, view, at, used, missing);
  }

  #note(kind: number, bytes: Uint8Array, view: DataView, at: number, used: number): void {
    if (this.#held.length === 0) this.#handler.note?.(kind, bytes, view, at);
    else this.#hold(kind, bytes, view, at, used, 0);
  }

  #hold(kind: number, bytes: Uint8Array, view: DataView, at: number, used: number, missing: number): void {
    const copy = copyOf(bytes, at, used);
    this.#held.push({
      at,
      promise: view.getBigUint64(at + PROMISE, true),
      bytes: copy,
      view: new DataView(copy.buffer),
      kind,
      more: [],
      missing,
    });
  }

  #field(bytes: Uint8Array, view: DataView, at: number, used: number): void {
    const promise = view.getBigUint64(at + PROMISE, true);
    const event = this.#held.find((held) => held.promise === promise && held.missing > 0);
    if (!event) {
      this.counts.orphans++;
      return;
    }
    const copy = copyOf(bytes, at, used);
    const field = readField(copy, new DataView(copy.buffer), CHUNK_SIZE, used);
    if (field) event.more.push(field);
    else this.counts.malformed++;
    event.missing--;
    this.#flush();
  }

  /**
   * The ring is at its end: what misses chunks now will never get them, since an event is sent after all of
   * its fields. Such events are counted as malformed and handed on as they are, flagged as incomplete.
   */
  abandon(): void {
    for (const held of this.#held) {
      if (held.missing === 0) continue;
      this.counts.malformed++;
      held.missing = 0;
      held.view.setUint32(EVENT_AT.missing, held.view.getUint32(EVENT_AT.missing, true) | INCOMPLETE, true);
    }
    this.#flush();
  }

  /** Hands on what is complete, up to the first that is not. */
  #flush(): void {
    while (this.#held.length > 0 && this.#held[0]!.missing === 0) {
      const held = this.#held.shift()!;
      if (held.kind === EVENT) {
        this.counts.events++;
        this.#handler.event(held.bytes, held.view, 0, held.more, held.at);
      } else {
        this.#handler.note?.(held.kind, held.bytes, held.view, 0);
      }
    }
  }
}

function copyOf(bytes: Uint8Array, at: number, length: number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(length + SLACK);
  copy.set(bytes.subarray(at, at + length));
  return copy;
}
