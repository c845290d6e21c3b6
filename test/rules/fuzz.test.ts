import { expect, it } from 'vitest';
import { Random } from '../helpers/random.ts';
import { fuzzLines } from '../helpers/random-line.ts';

// npm run fuzz:rules does the same with a million lines.
it('takes or refuses 100000 random lines, and never anything else', () => {
  const { accepted, refused } = fuzzLines(new Random(20), 100_000);
  expect(accepted + refused).toBe(100_000);
  expect(accepted).toBeGreaterThan(15_000);
  expect(refused).toBeGreaterThan(20_000);
}, 180_000);
