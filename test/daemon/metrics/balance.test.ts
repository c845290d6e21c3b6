import { expect, test } from 'vitest';
import { Balance } from '../../../src/daemon/metrics/balance.ts';

const PARTS = { emitted: 10, written: 5, filtered: 1, lost: 2, waiting: 1 };

test('what is on its way is no loss', () => {
  expect(new Balance().look(PARTS, 0)).toEqual({ ...PARTS, unread: 1, closes: true });
});

test('what never comes is missing', () => {
  const balance = new Balance();
  balance.look(PARTS, 0);
  expect(balance.look(PARTS, 1000).closes).toBe(true);
  expect(balance.look(PARTS, 2000).closes).toBe(false);
  expect(balance.look({ ...PARTS, written: 6 }, 2500).closes).toBe(true);
});

test('more than was emitted is wrong at once', () => {
  expect(new Balance().look({ ...PARTS, written: 7 }, 0).closes).toBe(false);
});
