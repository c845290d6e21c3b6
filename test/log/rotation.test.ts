import { expect, test } from 'vitest';
import {
  planExcess,
  planKeeping,
  planRotation,
  rotatedNumber,
  type RotationStep,
} from '../../src/log/rotation.ts';

const LOG = 'audit.log';

/** Carries a plan out on names, each with the log it was at first. */
function apply(names: readonly string[], steps: readonly RotationStep[]): Record<string, string> {
  const folder = new Map(names.map((name) => [name, name]));
  for (const step of steps) {
    if ('unlink' in step) {
      expect(folder.delete(step.unlink)).toBe(true);
      continue;
    }
    expect(folder.has(step.to), `${step.to} would be overwritten`).toBe(false);
    folder.set(step.to, folder.get(step.rename)!);
    folder.delete(step.rename);
  }
  return Object.fromEntries(folder);
}

const rotate = (names: readonly string[], count: number): Record<string, string> =>
  apply(names, planRotation(new Set(names), LOG, count));

test('num_logs counts the live log too: with 3, two are kept beside it', () => {
  expect(rotate([LOG], 3)).toEqual({ 'audit.log.1': LOG });
  expect(rotate([LOG, 'audit.log.1', 'audit.log.2'], 3)).toEqual({
    'audit.log.1': LOG,
    'audit.log.2': 'audit.log.1',
  });
});

test('fewer than two logs: nothing to rotate to', () => {
  expect(planRotation(new Set([LOG]), LOG, 1)).toEqual([]);
  expect(planRotation(new Set([LOG]), LOG, 0)).toEqual([]);
});

test('compressed logs keep their ending', () => {
  expect(rotate([LOG, 'audit.log.1', 'audit.log.2.zst', 'audit.log.3.zst'], 4)).toEqual({
    'audit.log.1': LOG,
    'audit.log.2': 'audit.log.1',
    'audit.log.3.zst': 'audit.log.2.zst',
  });
});

test('what is not a log of ours is not touched', () => {
  const others = [
    'audit.log.old',
    'audit.log.1.bak',
    'audit.log.01',
    'audit.log.zst.tmp',
    'audit_log.1',
    'audit.log.-1',
  ];
  expect(rotate([LOG, ...others], 2)).toEqual({
    'audit.log.1': LOG,
    ...Object.fromEntries(others.map((name) => [name, name])),
  });
  for (const name of others) expect(rotatedNumber(name, LOG), name).toBeUndefined();
});

test('keep_logs deletes nothing and fills the first gap', () => {
  const names = [LOG, 'audit.log.1', 'audit.log.2', 'audit.log.4'];
  expect(apply(names, planKeeping(new Set(names), LOG))).toEqual({
    'audit.log.1': LOG,
    'audit.log.2': 'audit.log.1',
    'audit.log.3': 'audit.log.2',
    'audit.log.4': 'audit.log.4',
  });
});

test('a crash between any two steps leaves every log but the oldest, and a name for each', () => {
  const names = [LOG, 'audit.log.1', 'audit.log.2', 'audit.log.3'];
  const steps = planRotation(new Set(names), LOG, 4);
  for (let crash = 0; crash <= steps.length; crash++) {
    const left = Object.values(apply(names, steps.slice(0, crash)));
    expect(left).toEqual(expect.arrayContaining([LOG, 'audit.log.1', 'audit.log.2']));
  }
});

test('excess is what a lower num_logs leaves behind', () => {
  const names = new Set([
    LOG,
    'audit.log.1',
    'audit.log.2',
    'audit.log.3.zst',
    'audit.log.9',
    'audit.log.old',
  ]);
  expect(planExcess(names, LOG, 3)).toEqual([{ unlink: 'audit.log.3.zst' }, { unlink: 'audit.log.9' }]);
  expect(planExcess(names, LOG, 0)).toEqual([]);
});
