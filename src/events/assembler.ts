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
   */
  event(bytes: Uint8Array, view: DataView, at: number, more: readonly FieldRef[]): void;
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

const NO_FIELDS: readonly FieldRef[] = [];

/** An event that still misses chunks, or that stands behind one that does. */
interface Held {
  readonly position: number;
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

  /** Position in the ring of the oldest chunk that is still needed, if one is: nothing behind may be released. */
  get oldest(): number | undefined {
    return this.#held[0]?.position;
  }

  /** Takes in the chunk at `bytes[at, at + length)`. */
  chunk(bytes: Uint8Array, view: DataView, at: number, length: number, position: number): void {
    this.counts.chunks++;
    if (length < SIZE.chunk) {
      this.counts.malformed++;
      return;
    }
    if (view.getUint16(at, true) !== ABI_VERSION) {
      this.counts.otherAbi++;
      return;
    }
    const used = view.getUint32(at + EVENT_AT.len, true);
    const kind = bytes[at + EVENT_AT.kind]!;
    if (used > length || used < SIZE.chunk) {
      this.counts.malformed++;
    } else if (kind === CHUNK.EVENT && used >= SIZE.event) {
      this.#event(bytes, view, at, used, position);
    } else if (kind === CHUNK.FIELD) {
      this.#field(bytes, view, at, used);
    } else if ((kind === CHUNK.STAMP || kind === CHUNK.EXIT) && used >= SIZE.stamp) {
      this.#note(kind, bytes, view, at, used, position);
    } else {
      this.counts.malformed++;
    }
  }

  #event(bytes: Uint8Array, view: DataView, at: number, used: number, position: number): void {
    const missing = view.getUint16(at + EVENT_AT.chunks, true);
    if (missing === 0 && this.#held.length === 0) {
      this.counts.events++;
      this.#handler.event(bytes, view, at, NO_FIELDS);
      return;
    }
    this.#hold(CHUNK.EVENT, bytes, view, at, used, position, missing);
  }

  #note(kind: number, bytes: Uint8Array, view: DataView, at: number, used: number, position: number): void {
    if (this.#held.length === 0) this.#handler.note?.(kind, bytes, view, at);
    else this.#hold(kind, bytes, view, at, used, position, 0);
  }

  #hold(
    kind: number,
    bytes: Uint8Array,
    view: DataView,
    at: number,
    used: number,
    position: number,
    missing: number,
  ): void {
    const copy = bytes.slice(at, at + used);
    this.#held.push({
      position,
      promise: view.getBigUint64(at + EVENT_AT.promise, true),
      bytes: copy,
      view: new DataView(copy.buffer),
      kind,
      more: [],
      missing,
    });
  }

  #field(bytes: Uint8Array, view: DataView, at: number, used: number): void {
    const promise = view.getBigUint64(at + EVENT_AT.promise, true);
    const event = this.#held.find((held) => held.promise === promise && held.missing > 0);
    if (!event) {
      this.counts.orphans++;
      return;
    }
    const copy = bytes.slice(at, at + used);
    const field = readField(copy, new DataView(copy.buffer), SIZE.chunk, used);
    if (field) event.more.push(field);
    else this.counts.malformed++;
    event.missing--;
    this.#flush();
  }

  /** Hands on what is complete, up to the first that is not. */
  #flush(): void {
    while (this.#held.length > 0 && this.#held[0]!.missing === 0) {
      const held = this.#held.shift()!;
      if (held.kind === CHUNK.EVENT) {
        this.counts.events++;
        this.#handler.event(held.bytes, held.view, 0, held.more);
      } else {
        this.#handler.note?.(held.kind, held.bytes, held.view, 0);
      }
    }
  }
}
