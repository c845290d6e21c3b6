import type { EventId } from '../event-id.ts';
import type { FieldRef } from '../fields.ts';

/** A decision of a policy: an event of the ring, copied. */
export interface Decision {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Offset of the event chunk. */
  readonly at: number;
  readonly more: readonly FieldRef[];
  /** Id of the program, 0 if it is not known. */
  readonly progId: number;
}

/** A record of the kernel that belongs to an event. */
export interface KernelRecord {
  /** Message type: 1300 is SYSCALL. */
  readonly type: number;
  /** What follows `audit(...): `, without line ends. */
  readonly body: Uint8Array;
}

/** What became of a system call. */
export interface Outcome {
  readonly exit: bigint;
  readonly success: boolean;
}

/**
 * How an event ended: `joined` with the kernel's own records; `alone` since the kernel writes none; `timeout`
 * since the kernel's did not come in time.
 */
export type JoinEnd = 'joined' | 'alone' | 'timeout';

/** The decisions about one system call, together with what the kernel wrote about it. */
export interface JoinedEvent {
  readonly id: Readonly<EventId>;
  /** In the order in which they were logged; without one there is no event. */
  readonly decisions: readonly [Decision, ...Decision[]];
  /** Where each of them lies in the ring. */
  readonly positions: readonly [number, ...number[]];
  /** In the kernel's order. */
  readonly records: readonly KernelRecord[];
  /** Absent if it was not seen. */
  readonly outcome: Outcome | undefined;
  readonly end: JoinEnd;
}
