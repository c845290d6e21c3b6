import { expect, test } from 'vitest';
import { LossTracker, type Gap } from '../../src/events/losses.ts';
import { eventChunk, memoryOf } from '../helpers/chunks.ts';

function tracker(): {
  losses: LossTracker;
  gaps: Gap[];
  see: (seq: number, lost: number, id?: number) => void;
} {
  const gaps: Gap[] = [];
  const losses = new LossTracker((gap) => gaps.push(gap));
  const see = (seq: number, lost: number, id = 5): void =>
    losses.observe(memoryOf(eventChunk({ head: { seq, lost, prog_id: id, self_map: 9, site: 2 } })).view, 0);
  return { losses, gaps, see };
}

const OWN = { progId: 5, selfMap: 0, site: 0 };
const FOREIGN = { progId: 0, selfMap: 9, site: 2 };

test('nothing is reported where nothing was lost', () => {
  const { gaps, see } = tracker();
  for (let seq = 0; seq < 10; seq++) see(seq, 0);
  expect(gaps).toEqual([]);
});

test('a gap lies between the last record before and the first behind it', () => {
  const { gaps, see } = tracker();
  see(0, 0);
  see(1, 0);
  see(6, 4);
  see(7, 4);
  expect(gaps).toMatchObject([{ progId: 5, lost: 4, after: 1, before: 6, total: 4 }]);
});

test('records of two CPUs may come in another order than their numbers', () => {
  const { gaps, see } = tracker();
  see(0, 0);
  see(4, 2);
  see(3, 1);
  see(5, 2);
  expect(gaps).toMatchObject([{ lost: 2, after: 0, before: 4 }]);
});

test('programs are told apart, those of other loaders by object and site', () => {
  const { gaps, see } = tracker();
  see(0, 0, 5);
  see(0, 0, 69);
  see(3, 2, 5);
  see(0, 1, 0);
  expect(gaps).toMatchObject([
    { progId: 5, lost: 2 },
    { progId: 0, selfMap: 9, site: 2, lost: 1, after: -1 },
  ]);
});

test('a loss before the first record counts, unless it was reported before', () => {
  const { losses, gaps, see } = tracker();
  losses.baseline(OWN, 3, 0);
  see(9, 3);
  losses.baseline(FOREIGN, 3, 0);
  see(9, 5, 0);
  see(7, 7, 6);
  expect(gaps).toMatchObject([
    { progId: 0, lost: 2, after: -1, before: 9, total: 5 },
    { progId: 6, lost: 7, after: -1, before: 7 },
  ]);
});

test('the counter tells of losses that no record tells of, once', () => {
  const { losses, gaps, see } = tracker();
  see(0, 0);
  losses.settle(OWN, 5);
  losses.settle(OWN, 5);
  see(6, 5);
  losses.settle(FOREIGN, 1);
  expect(gaps).toMatchObject([
    { progId: 5, lost: 5, after: 0, before: -1, total: 5 },
    { progId: 0, lost: 1, after: -1, before: -1 },
  ]);
});
