/** Seconds by which a log may be out of order beyond the time that an event may take. */
const SLACK_SEC = 3;

/** The time that a search asks for, and how long an event may take. */
export interface TimeSpan {
  readonly startSec: number | undefined;
  readonly endSec: number | undefined;
  readonly timeoutSec: number;
}

/** Seconds around a time within which the records of its events are looked for. */
export function marginSec({ timeoutSec }: TimeSpan): number {
  return timeoutSec + SLACK_SEC;
}
