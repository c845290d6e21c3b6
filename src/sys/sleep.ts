/** Never changes: to wait for it is to sleep. */
const NOTHING = new Int32Array(new SharedArrayBuffer(4));

/** Lets this thread, and with it its event loop, do nothing for so long: for waits of milliseconds only. */
export function sleepNow(ms: number): void {
  Atomics.wait(NOTHING, 0, 0, ms);
}
