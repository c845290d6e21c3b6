import type { FormattableEvent } from './event-format.ts';

/** Told about each record of a policy that an output has written: where its event lies. */
export type RecordLeft = (view: DataView, at: number) => void;

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
  /** How many events wait that lie before a position of the ring. */
  waitingBefore(position: number): number;
  /** What the resolver or the exit reporter said: a chunk of kind STAMP or EXIT at `at`. */
  note(kind: number, view: DataView, at: number): void;
  /** Called after each look at the ring; returns in how many milliseconds to call again, if at all. */
  tick(): number | undefined;
  /** No more events will come. */
  end(): void;
}
