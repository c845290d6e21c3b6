import { expect, test } from 'vitest';
import { niceValue } from '../../../src/daemon/service/nice-value.ts';

test('who goes before others by nothing has the nice value 0, and not -0', () => {
  expect(niceValue(4)).toBe(-4);
  expect(niceValue(0)).toBe(0);
});
