/** The stamp of an event: what events are ordered by. */
export interface Stamp {
  readonly sec: number;
  readonly milli: number;
  readonly serial: number;
}

/** Negative if `a` is older than `b`, 0 if they are the same. */
export function compareStamps(a: Stamp, b: Stamp): number {
  return a.sec - b.sec || a.milli - b.milli || a.serial - b.serial;
}
