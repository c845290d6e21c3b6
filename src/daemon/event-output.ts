import type { FormattableEvent } from './event-format.ts';

/**
 * Told about each record of a policy that an output has written.
 *
 * @param position - where it lies in the ring; {@link IN_ORDER} if no older one waits
 */
export type RecordLeft = (view: DataView, at: number, position: number) => void;

/** All that is older is written. */
export const IN_ORDER = -1;

/** What becomes of the events that a collector reads. */
export interface EventOutput {
  /**
   * An event of the ring, in the ring's order.
   *
   * @param event - the collector's own, filled anew for each event: valid during the call. Its serial is 0 if
   * the kernel has given none
   */
  event(event: FormattableEvent): void;
  /**
   * Position of the oldest event that was taken and not yet written, of those from a position on, if there is
   * one: a reader that dies now must find it in the ring again.
   */
  oldest(from: number): number | undefined;
  /** Events that were taken and not yet written. */
  readonly waiting: number;
  /** What the resolver or the exit reporter said: a chunk of kind STAMP or EXIT at `at`. */
  note(kind: number, view: DataView, at: number): void;
  /** Called after each look at the ring; returns in how many milliseconds to call again, if at all. */
  tick(): number | undefined;
  /** No more events will come. */
  end(): void;
}
