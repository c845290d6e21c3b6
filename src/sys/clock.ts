import { door } from './door.ts';

const CLOCK_REALTIME = 0;
const CLOCK_BOOTTIME = 7;

/** Wall-clock time of the moment the machine booted, in milliseconds since 1970; moves when the clock is set. */
export function bootEpochMs(): number {
  return Number(read(CLOCK_REALTIME) - read(CLOCK_BOOTTIME)) / 1e6;
}

/** Wall-clock time in milliseconds since 1970. */
export function realtimeMs(): number {
  return Number(read(CLOCK_REALTIME) / 1_000_000n);
}

/** Nanoseconds since boot (CLOCK_BOOTTIME), the clock of `load_time` and of events. */
export function bootNs(): number {
  return Number(read(CLOCK_BOOTTIME));
}

function read(clock: number): bigint {
  const time = Buffer.alloc(16);
  door().call('c', 'int clock_gettime(int, void *)', [clock, time]);
  return time.readBigInt64LE(0) * 1_000_000_000n + time.readBigInt64LE(8);
}
