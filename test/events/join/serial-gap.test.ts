import { expect, test } from 'vitest';
import { SerialGap } from '../../../src/events/join/serial-gap.ts';

function unread(last: number, ...serials: readonly number[]): { told: number[]; last: number } {
  const told: number[] = [];
  const gap = new SerialGap(last, (events) => told.push(events));
  for (const serial of serials) gap.seen(serial);
  return { told, last: gap.last };
}

test.each([
  ['nobody read before', 0, [500, 501], []],
  ['the next one', 500, [501, 502], []],
  ['more records of the same event', 500, [500, 501], []],
  ['between two readers', 500, [601, 900], [100]],
  ['an old one first, which the kernel had kept', 500, [498, 601], []],
  ['over the end of the numbers', 0xfffffffe, [3], [4]],
] as const)('%s', (_what, last, serials, told) => {
  expect(unread(last, ...serials)).toEqual({ told, last: serials.at(-1) });
});

test('the highest is kept when processors are out of turn', () => {
  expect(unread(0, 7, 9, 8).last).toBe(9);
  expect(unread(0, 0xffffffff, 1, 0xfffffffe).last).toBe(1);
});
