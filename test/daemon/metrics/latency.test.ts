import { expect, test } from 'vitest';
import { Latency } from '../../../src/daemon/metrics/latency.ts';

test('counts, and estimates quantiles', () => {
  const latency = new Latency();
  for (let i = 1; i <= 1000; i++) latency.add(i * 100_000);
  const { count, sumSeconds, maxSeconds, p50Seconds, p99Seconds, buckets } = latency.summary;
  expect([count, maxSeconds]).toEqual([1000, 0.1]);
  expect(sumSeconds).toBeCloseTo(50.05);
  expect(Math.abs(p50Seconds / 0.05 - 1)).toBeLessThan(0.2);
  expect(Math.abs(p99Seconds / 0.099 - 1)).toBeLessThan(0.2);
  expect(buckets.every(({ count: n }, i) => n >= (buckets[i - 1]?.count ?? 0))).toBe(true);
  expect(buckets.at(-1)?.count).toBe(1000);
});

test('a clock that went back is no negative time', () => {
  const latency = new Latency();
  latency.add(-5);
  expect(latency.summary).toMatchObject({ count: 1, sumSeconds: 0, maxSeconds: 0, p50Seconds: 0 });
});

test('nothing seen is all zero', () => {
  expect(new Latency().summary).toMatchObject({ count: 0, p50Seconds: 0, p99Seconds: 0 });
});
