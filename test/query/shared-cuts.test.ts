import { expect, test } from 'vitest';
import { SharedCuts } from '../../src/query/run/shared-cuts.ts';

const never = (): number => {
  throw new Error('looked again');
};

test('what one thread has found is known to the others', () => {
  const one = new SharedCuts(3);
  const other = new SharedCuts(3, one.memory);
  expect(one.get(0, () => 0)).toBe(0);
  expect(one.get(1, () => undefined)).toBeUndefined();
  expect(other.get(2, () => 2 ** 40)).toBe(2 ** 40);
  for (const cuts of [one, other]) {
    expect([0, 1, 2].map((index) => cuts.get(index, never))).toEqual([0, undefined, 2 ** 40]);
  }
});
