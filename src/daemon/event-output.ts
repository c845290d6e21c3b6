import type { EventId } from '../events/event-id.ts';
import type { FieldRef } from '../events/fields.ts';

/** What becomes of the events that a collector reads. */
export interface EventOutput {
  /**
   * An event of the ring, in the ring's order.
   *
   * @param bytes - memory that holds it at `at`; valid during the call
   * @param progId - id of the program, 0 if it is not known
   * @param id - its time; serial 0 if the kernel has given none. Valid during the call
   * @param from - where it lay in the ring, as the ring gave it
   */
  event(
    bytes: Uint8Array,
    view: DataView,
    at: number,
    more: readonly FieldRef[],
    progId: number,
    id: Readonly<EventId>,
    from: number,
  ): void;
  /**
   * Position of the oldest event that was taken and not yet written, if there is one: a reader that dies now
   * must find it in the ring again.
   */
  readonly oldest: number | undefined;
  /** What the resolver or the exit reporter said: a chunk of kind STAMP or EXIT at `at`. */
  note(kind: number, view: DataView, at: number): void;
  /** Called after each look at the ring; returns in how many milliseconds to call again, if at all. */
  tick(): number | undefined;
  /** No more events will come. */
  end(): void;
}
