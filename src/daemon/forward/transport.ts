/** What became of a message: `busy`: the transport says when it may be tried again; `refused`: it never can. */
export type SendResult = 'sent' | 'busy' | 'refused';

/** The way to a receiver. It never waits; it says when it can take more. */
export interface Transport extends AsyncDisposable {
  readonly state: 'up' | 'down' | 'given-up';
  /** How often it was started or connected again. */
  readonly restarts: number;
  send(message: Uint8Array): SendResult;
  /** SIGHUP came. */
  reload?(): void;
}

/** What a transport is given to tell about itself. */
export interface TransportEvents {
  /** More may be sent. */
  readonly ready: () => void;
  /** Something that belongs into the log: words for `op=` and `reason=`. */
  readonly failed: (op: string, reason: string) => void;
}

/** Waits between two attempts to reach a receiver, in milliseconds: longer and longer, up to half a minute. */
export function retryDelayMs(attempt: number): number {
  return Math.min(30_000, 100 * 2 ** Math.min(attempt, 12));
}
