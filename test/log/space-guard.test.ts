import { expect, test } from 'vitest';
import { SpaceGuard, type SpaceLimits } from '../../src/log/space-guard.ts';

const LIMITS: SpaceLimits = {
  space_left: { mib: 75 },
  space_left_action: { word: 'syslog' },
  admin_space_left: { mib: 50 },
  admin_space_left_action: { word: 'suspend' },
  disk_full_action: { word: 'halt' },
};
const MIB = 1024 * 1024;

const left = (
  mib: number,
  blocks = 1000,
): { availableBytes: number; availableBlocks: number; totalBytes: number } => ({
  availableBytes: mib * MIB,
  availableBlocks: blocks,
  totalBytes: 1000 * MIB,
});

const levels = (guard: SpaceGuard, mib: number, blocks?: number): string[] =>
  guard.look(left(mib, blocks)).map(({ level, action }) => `${level} ${action.word}`);

test('each limit is told once, and again after there was enough', () => {
  const guard = new SpaceGuard(LIMITS);
  expect(levels(guard, 75)).toEqual([]);
  expect(levels(guard, 74)).toEqual(['space_left syslog']);
  expect(levels(guard, 60)).toEqual([]);
  expect(levels(guard, 49)).toEqual(['admin_space_left suspend']);
  expect(levels(guard, 60)).toEqual([]);
  expect(levels(guard, 49)).toEqual(['admin_space_left suspend']);
  expect(guard.low).toBe(true);
  expect(levels(guard, 80)).toEqual([]);
  expect(guard.low).toBe(false);
  expect(levels(guard, 10)).toEqual(['space_left syslog', 'admin_space_left suspend']);
});

test('fewer than five blocks are a full disk', () => {
  expect(levels(new SpaceGuard(LIMITS), 80, 5)).toEqual([]);
  expect(levels(new SpaceGuard(LIMITS), 80, 4)).toEqual(['disk_full halt']);
});

test('rotate is told every time', () => {
  const guard = new SpaceGuard({ ...LIMITS, space_left_action: { word: 'rotate' } });
  expect(guard.look(left(60)).map(({ first }) => first)).toEqual([true]);
  expect(guard.look(left(60)).map(({ first }) => first)).toEqual([false]);
});

test('a share is one of the whole file system', () => {
  const guard = new SpaceGuard({ ...LIMITS, space_left: { percent: 10 }, admin_space_left: { percent: 5 } });
  expect(levels(guard, 100)).toEqual([]);
  expect(levels(guard, 99)).toEqual(['space_left syslog']);
  expect(levels(guard, 49)).toEqual(['admin_space_left suspend']);
});
