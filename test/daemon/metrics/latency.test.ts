import { expect, test } from 'vitest';
import { Latency } from '../../../src/daemon/metrics/latency.ts';

test('counts, and estimates quantiles', () => {
  const latency = new Latency();
  const durations = Float64Array.from({ length: 1000 }, (_, i) => (i + 1) * 100_000);
  latency.addSince(
    1e9,
    durations.map((duration) => 1e9 - duration),
    durations.length,
  );
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
  latency.addSince(5, Float64Array.of(10), 1);
  expect(latency.summary).toMatchObject({ count: 1, sumSeconds: 0, maxSeconds: 0, p50Seconds: 0 });
});

test('what lies behind the length does not count', () => {
  const latency = new Latency();
  latency.addSince(1e9, Float64Array.of(0, 0, 0), 2);
  expect(latency.summary).toMatchObject({ count: 2, sumSeconds: 2, maxSeconds: 1 });
});

test('each duration counts in the first bucket whose bound it does not exceed', () => {
  const bounds = new Latency().summary.buckets.map(({ seconds }) => seconds * 1e9);
  const durations = bounds.flatMap((bound) => [Math.floor(bound * 0.999), Math.ceil(bound * 1.001)]);
  for (const duration of durations) {
    const latency = new Latency();
    latency.addSince(duration, Float64Array.of(0), 1);
    const expected = bounds.map((bound) => (duration <= bound ? 1 : 0));
    expect(
      latency.summary.buckets.map(({ count }) => count),
      `${duration} ns`,
    ).toEqual(expected);
  }
});

test('nothing seen is all zero', () => {
  expect(new Latency().summary).toMatchObject({ count: 0, p50Seconds: 0, p99Seconds: 0 });
});
