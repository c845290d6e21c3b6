import { describe, expect, test } from 'vitest';
import {
  DUMMY,
  EOE,
  joinerStage,
  NOW,
  PATH,
  resolvedStage,
  summary,
  SYSCALL,
} from '../../helpers/joiner-stage.ts';

describe('an event whose records do not come', () => {
  test('leaves after the wait, marked, with the records that did come', () => {
    const { joiner, left, decide, say } = joinerStage();
    decide({ nowMs: 500 });
    joiner.stamp(1n, 17);
    say(17, SYSCALL);
    expect(joiner.tick(2499)).toBe(2500);
    expect(left).toEqual([]);
    expect(joiner.tick(2500)).toBeUndefined();
    expect(summary(left)).toEqual(['timeout 17 by 5: 1300']);
    expect(joiner.counts.timeouts).toBe(1);
  });

  test('records that come later are known as late, for a while', () => {
    const { joiner, decide, say } = joinerStage();
    decide();
    joiner.stamp(1n, 17);
    joiner.tick(2000);
    expect(say(17, SYSCALL, PATH, EOE)).toEqual(['late', 'late', 'late']);
    expect(joiner.counts.late).toBe(2);
    joiner.tick(11_999);
    expect(say(17, SYSCALL)).toEqual(['late']);
    joiner.tick(12_000);
    expect(say(17, SYSCALL)).toEqual(['other']);
  });

  test('leaves after the wait when stamp and exit were both lost', () => {
    const { joiner, left, decide } = joinerStage();
    decide();
    joiner.tick(2000);
    expect(summary(left)).toEqual(['timeout 0 by 5:']);
  });

  test('is not late while the kernel is behind: older records still come', () => {
    const { joiner, left, say } = resolvedStage();
    joiner.heard(NOW - 1500, 1900);
    expect(joiner.due(2000)).toBe(false);
    expect(joiner.tick(2000)).toBe(3900);
    joiner.heard(NOW + 1999, 3800);
    joiner.tick(3900);
    expect(left).toEqual([]);
    say(17, SYSCALL, EOE);
    expect(summary(left)).toEqual(['joined 17 by 5: 1300']);
  });

  test('is late when the kernel has gone past it by the whole wait', () => {
    const { joiner, left } = resolvedStage();
    joiner.heard(NOW + 2000, 1999);
    expect(joiner.due(2000)).toBe(true);
    joiner.tick(2000);
    expect(summary(left)).toEqual(['timeout 17 by 5:']);
  });

  test('is late when nothing comes any more', () => {
    const { joiner, left } = resolvedStage();
    joiner.heard(NOW, 1900);
    joiner.tick(3899);
    expect(left).toEqual([]);
    joiner.tick(3900);
    expect(summary(left)).toEqual(['timeout 17 by 5:']);
  });

  test('a clock that was set back is no lag', () => {
    const { joiner, left } = resolvedStage();
    joiner.heard(NOW - 3_600_000, 1900);
    joiner.tick(2000);
    expect(summary(left)).toEqual(['timeout 17 by 5:']);
  });

  test('everything leaves at the end', () => {
    const { joiner, left, decide } = joinerStage();
    decide({ event: 1 });
    joiner.stamp(1n, 17);
    decide({ event: 2, context: DUMMY });
    joiner.flush();
    expect(summary(left)).toEqual(['timeout 17 by 5:', 'alone 0 by 5:']);
    expect(joiner.waiting).toBe(0);
  });
});
