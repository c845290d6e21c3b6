import { describe, expect, test } from 'vitest';
import { CONTEXT } from '../../../src/abi/abi.ts';
import { DENIED, DUMMY, EOE, joinerStage, PATH, summary, SYSCALL } from '../../helpers/joiner-stage.ts';

describe('an event that the kernel says nothing about', () => {
  test.each([
    ['no audit context', 0],
    ['a kernel thread', CONTEXT.KTHREAD],
  ])('leaves at once: %s', (_why, context) => {
    const { joiner, left, decide } = joinerStage();
    decide({ event: 0, context });
    expect(summary(left)).toEqual(['alone 0 by 5:']);
    expect(joiner.counts.alone).toBe(1);
  });

  test('leaves with its exit: dummy', () => {
    const { joiner, left, decide } = joinerStage();
    decide({ context: DUMMY });
    expect(left).toEqual([]);
    joiner.exit(1n, DENIED, 0);
    expect(summary(left)).toEqual(['alone 0 by 5:']);
    expect(left[0]?.outcome).toEqual(DENIED);
  });

  test('leaves with its exit: rules are loaded, but none matched', () => {
    const { joiner, left, decide } = joinerStage();
    decide();
    joiner.exit(1n, DENIED, 0);
    expect(summary(left)).toEqual(['alone 0 by 5:']);
  });

  test('dummy does not wait long for a system call that does not end', () => {
    const { joiner, left, decide } = joinerStage({ times: { kernelMs: 2000, exitMs: 20 } });
    decide({ context: DUMMY, nowMs: 1000 });
    expect(joiner.tick(1019)).toBe(1020);
    expect(left).toEqual([]);
    joiner.tick(1020);
    expect(summary(left)).toEqual(['alone 0 by 5:']);
    expect(left[0]?.outcome).toBeUndefined();
  });

  test('dummy, but another record made the kernel write the event: it waits for it', () => {
    const { joiner, left, decide, say } = joinerStage();
    decide({ context: DUMMY });
    joiner.stamp(1n, 17);
    joiner.exit(1n, DENIED, 17);
    expect(left).toEqual([]);
    say(17, SYSCALL, EOE);
    expect(summary(left)).toEqual(['joined 17 by 5: 1300']);
  });

  test('io_uring is joined like a system call', () => {
    const { joiner, left, decide, say } = joinerStage();
    decide({ context: CONTEXT.PRESENT | CONTEXT.URING });
    joiner.stamp(1n, 17);
    say(17, 1336, PATH, EOE);
    joiner.exit(1n, DENIED, 17);
    expect(summary(left)).toEqual(['joined 17 by 5: 1336 1302']);
  });

  test('every event leaves with its exit where no kernel records are read', () => {
    const { joiner, left, decide } = joinerStage({ expectRecords: false });
    decide();
    joiner.stamp(1n, 17);
    joiner.exit(1n, DENIED, 17);
    expect(summary(left)).toEqual(['alone 17 by 5:']);
  });
});
