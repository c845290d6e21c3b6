import { expect, test } from 'vitest';
import { RateBuckets } from '../../../src/daemon/rules/rate-buckets.ts';

const LIMIT = { records: 3, seconds: 10, per: 'key' } as const;
const ABOUT = { keys: ['web'], per: 'key', object: 0n, device: 0 } as const;

test('so many at once, then one for each interval', () => {
  const buckets = new RateBuckets();
  const admit = (nowMs: number): boolean => buckets.admit(LIMIT, 1n, ABOUT, nowMs);
  expect([admit(1000), admit(1000), admit(1001), admit(1002)]).toEqual([true, true, true, false]);
  expect(admit(4000)).toBe(false);
  expect(admit(4400)).toBe(true);
  expect(admit(4401)).toBe(false);
  expect(buckets.take()).toEqual([{ ...ABOUT, records: 3, seconds: 4 }]);
  expect(buckets.take()).toEqual([]);
});

test('after a pause the bucket is full again, and not fuller', () => {
  const buckets = new RateBuckets();
  const admitted = Array.from({ length: 5 }, () => buckets.admit(LIMIT, 1n, ABOUT, 1_000_000));
  expect(admitted).toEqual([true, true, true, false, false]);
});

test('each object has a bucket of its own', () => {
  const buckets = new RateBuckets();
  const exe = (object: bigint): boolean =>
    buckets.admit({ ...LIMIT, records: 1, per: 'exe' }, 1n, { ...ABOUT, per: 'exe', object }, 5000);
  expect([exe(1n), exe(2n), exe(1n)]).toEqual([true, true, false]);
});
