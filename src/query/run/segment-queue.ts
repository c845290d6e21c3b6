const NEXT = 0;
const DELIVERED = 1;
const STOPPED = 2;
/** How many segments may be under way, from the first on that has not been delivered: what waits takes memory. */
export const SEGMENTS_AHEAD = 6;
const PATIENCE_MS = 1000;

/**
 * Which segment is to be read next, shared by all threads. No thread runs far ahead of what has been
 * delivered, so that results do not fill the memory.
 */
export class SegmentQueue {
  readonly #control: Int32Array;
  readonly #count: number;

  /** @param control memory that all threads share, of {@link QUEUE_BYTES}. */
  constructor(control: SharedArrayBuffer, count: number) {
    this.#control = new Int32Array(control);
    this.#count = count;
  }

  /** The next segment, waiting until it may be read; undefined if there is none. For worker threads. */
  take(): number | undefined {
    const index = Atomics.add(this.#control, NEXT, 1);
    if (index >= this.#count) return undefined;
    for (;;) {
      if (Atomics.load(this.#control, STOPPED) !== 0) return undefined;
      const delivered = Atomics.load(this.#control, DELIVERED);
      if (index - delivered < SEGMENTS_AHEAD) return index;
      Atomics.wait(this.#control, DELIVERED, delivered, PATIENCE_MS);
    }
  }

  /** The next segment if it may be read now. For the main thread, which must not wait. */
  tryTake(): number | undefined {
    const next = Atomics.load(this.#control, NEXT);
    if (next >= this.#count || next - Atomics.load(this.#control, DELIVERED) >= SEGMENTS_AHEAD)
      return undefined;
    // Another thread was faster: look again later.
    return Atomics.compareExchange(this.#control, NEXT, next, next + 1) === next ? next : undefined;
  }

  /** Says that so many segments have been delivered. */
  deliver(count: number): void {
    Atomics.store(this.#control, DELIVERED, count);
    Atomics.notify(this.#control, DELIVERED);
  }

  /** No thread takes another segment. */
  stop(): void {
    Atomics.store(this.#control, STOPPED, 1);
    Atomics.notify(this.#control, DELIVERED);
  }
}

/** Size of the memory that a {@link SegmentQueue} shares. */
export const QUEUE_BYTES: number = 3 * Int32Array.BYTES_PER_ELEMENT;
