import type { EventBatch } from '../run/event-batch.ts';
import type { SegmentPool, SegmentsOutcome } from '../run/segment-pool.ts';

/**
 * What the threads of a pool find, batch after batch, as far as the caller asks for more.
 *
 * While the caller is busy, the threads go on a little and then wait; they do not keep the process alive.
 *
 * @param signal ends the search when it is aborted.
 * @returns how far the segments got.
 */
export async function* segmentMatches(
  pool: SegmentPool<EventBatch>,
  signal: AbortSignal | undefined,
): AsyncGenerator<EventBatch, SegmentsOutcome> {
  let isStopped = false;
  let hand: ((batch: EventBatch) => void) | undefined;
  let goOn: (() => void) | undefined;
  const nextHanded = (): Promise<EventBatch> =>
    new Promise((resolve) => {
      hand = resolve;
    });
  let handed = nextHanded();
  const running = pool.run(async (batch) => {
    if (batch.eventCount > 0 && !isStopped) {
      const taken = new Promise<void>((resolve) => {
        goOn = resolve;
      });
      hand?.(batch);
      await taken;
    }
    return !isStopped && signal?.aborted !== true;
  });
  // Who stops early does not learn of it.
  running.catch(() => {});
  try {
    for (;;) {
      const next = await Promise.race([handed, running]);
      if (!('meta' in next)) return next;
      pool.unref();
      yield next;
      pool.ref();
      handed = nextHanded();
      goOn?.();
    }
  } finally {
    isStopped = true;
    pool.ref();
    goOn?.();
    await running.catch(() => {});
  }
}
