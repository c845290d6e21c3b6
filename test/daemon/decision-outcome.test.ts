import { expect, test } from 'vitest';
import { decisionOutcome } from '../../src/daemon/decision-outcome.ts';

test.each([
  ['prog-id=5 verdict=-1', 'denied'],
  ['prog-id=5 verdict=-13 policy="a"', 'denied'],
  ['prog-id=5 verdict=0 policy="a"', 'passed'],
  ['prog-id=5 verdict=-13 permissive=1', 'passed'],
  ['prog-id=5 verdict=-13 permissive=1 policy="a"', 'passed'],
  ['prog-id=5 verdict=-13 permissive=10', 'denied'],
  ['prog-id=5 comm="cat"', undefined],
])('%s: %s', (body, outcome) => {
  expect(decisionOutcome(body)).toBe(outcome);
});
