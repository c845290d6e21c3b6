import { describe, expect, test } from 'vitest';
import {
  CWD,
  DENIED,
  EOE,
  ID,
  joinerStage,
  PATH,
  PROCTITLE,
  summary,
  SYSCALL,
} from '../../helpers/joiner-stage.ts';

describe('an event with the kernel records', () => {
  test('leaves when the kernel has written the last of them', () => {
    const { joiner, left, decide, say } = joinerStage();
    decide();
    joiner.stamp(1n, 17);
    expect(say(17, SYSCALL, CWD, PATH)).toEqual(['taken', 'taken', 'taken']);
    expect(left).toEqual([]);
    expect(say(17, PROCTITLE)).toEqual(['taken']);
    expect(summary(left)).toEqual(['joined 17 by 5: 1300 1307 1302 1327']);
    expect(left[0]?.id).toEqual({ ...ID, serial: 17 });
    expect(left[0]?.records.map(({ body }) => Buffer.from(body).toString())).toEqual([
      '17/1300',
      '17/1307',
      '17/1302',
      '17/1327',
    ]);
    expect(joiner.waiting).toBe(0);
  });

  test('leaves with EOE where PROCTITLE is excluded, and with PROCTITLE where EOE is', () => {
    const { joiner, left, decide, say } = joinerStage();
    decide({ event: 1 });
    decide({ event: 2 });
    joiner.stamp(1n, 17);
    joiner.stamp(2n, 18);
    say(17, SYSCALL, EOE);
    say(18, SYSCALL, PROCTITLE);
    expect(summary(left)).toEqual(['joined 17 by 5: 1300', 'joined 18 by 5: 1300 1327']);
  });

  test('EOE behind PROCTITLE is no late record', () => {
    const { joiner, decide, say } = joinerStage();
    decide();
    joiner.stamp(1n, 17);
    say(17, SYSCALL, PROCTITLE, EOE);
    expect(joiner.counts).toEqual({ joined: 1, alone: 0, timeouts: 0, late: 0 });
  });

  test('has the outcome if the exit came first', () => {
    const { joiner, left, decide, say } = joinerStage();
    decide();
    joiner.stamp(1n, 17);
    joiner.exit(1n, DENIED, 17);
    expect(left).toEqual([]);
    say(17, SYSCALL, EOE);
    expect(left[0]?.outcome).toEqual(DENIED);
  });

  test('does not need the exit: EOE may be read before it', () => {
    const { joiner, left, decide, say } = joinerStage();
    decide();
    joiner.stamp(1n, 17);
    say(17, SYSCALL, EOE);
    joiner.exit(1n, DENIED, 17);
    expect(summary(left)).toEqual(['joined 17 by 5: 1300']);
    expect(left[0]?.outcome).toBeUndefined();
    expect(joiner.waiting).toBe(0);
  });

  test('is found by the serial of the exit when the stamp was lost', () => {
    const { joiner, left, decide, say } = joinerStage();
    decide();
    joiner.exit(1n, DENIED, 17);
    say(17, SYSCALL, EOE);
    expect(summary(left)).toEqual(['joined 17 by 5: 1300']);
  });

  test('is found by the serial that the decision knew: the kernel had written before', () => {
    const { left, decide, say } = joinerStage();
    decide({ serial: 17 });
    say(17, SYSCALL, EOE);
    expect(summary(left)).toEqual(['joined 17 by 5: 1300']);
  });

  test('records that come in another order are kept in that order', () => {
    const { joiner, left, decide, say } = joinerStage();
    decide();
    joiner.stamp(1n, 17);
    say(17, PATH, CWD, SYSCALL, EOE);
    expect(summary(left)).toEqual(['joined 17 by 5: 1302 1307 1300']);
  });
});

describe('several events', () => {
  test('interleaved records find their own', () => {
    const { joiner, left, decide, say } = joinerStage();
    for (const event of [1, 2, 3]) decide({ event, progId: event });
    for (const event of [3, 1, 2]) joiner.stamp(BigInt(event), 100 + event);
    for (const type of [SYSCALL, PATH]) for (const serial of [102, 101, 103]) say(serial, type);
    say(103, EOE);
    say(101, EOE);
    say(102, EOE);
    expect(summary(left)).toEqual([
      'joined 103 by 3: 1300 1302',
      'joined 101 by 1: 1300 1302',
      'joined 102 by 2: 1300 1302',
    ]);
    expect(
      left.flatMap(({ id, records }) => records.map(({ body }) => [id.serial, String(Buffer.from(body))])),
    ).toEqual(
      [103, 101, 102].flatMap((serial) => [
        [serial, `${serial}/1300`],
        [serial, `${serial}/1302`],
      ]),
    );
  });

  test('two decisions in one system call stay together, in their order', () => {
    const { joiner, left, decide, say } = joinerStage();
    decide({ event: 1, progId: 5 });
    decide({ event: 1, progId: 6 });
    joiner.stamp(1n, 17);
    decide({ event: 1, progId: 5, serial: 17 });
    say(17, SYSCALL, EOE);
    expect(summary(left)).toEqual(['joined 17 by 5+6+5: 1300']);
  });

  test('two promises with one serial are one event', () => {
    const { joiner, left, decide, say } = joinerStage();
    decide({ event: 1, progId: 5 });
    joiner.stamp(1n, 17);
    joiner.exit(1n, { exit: 0n, success: true }, 17);
    decide({ event: 2, progId: 6, serial: 17 });
    joiner.exit(2n, DENIED, 17);
    say(17, SYSCALL, EOE);
    expect(summary(left)).toEqual(['joined 17 by 5+6: 1300']);
    expect(left[0]?.outcome).toEqual(DENIED);
    expect(joiner.waiting).toBe(0);
  });

  test('two promises with one serial stay at the place of the older one', () => {
    const { joiner, left, decide, say } = joinerStage();
    decide({ event: 1, progId: 5, position: 100 });
    decide({ event: 2, progId: 6, position: 200 });
    joiner.stamp(2n, 17);
    say(17, SYSCALL);
    joiner.stamp(1n, 17);
    expect(joiner.oldest(0)).toBe(100);
    expect(joiner.waiting).toBe(1);
    say(17, CWD, EOE);
    expect(summary(left)).toEqual(['joined 17 by 5+6: 1300 1307']);
    expect(left[0]?.positions).toEqual([100, 200]);
  });

  test('the kernel counter may wrap, and a serial may come again', () => {
    const { joiner, left, decide, say } = joinerStage();
    for (const [event, serial] of [
      [1, 0xffffffff],
      [2, 1],
    ] as const) {
      decide({ event });
      joiner.stamp(BigInt(event), serial);
    }
    say(0xffffffff, SYSCALL, EOE);
    say(1, SYSCALL, EOE);
    decide({ event: 3 });
    joiner.stamp(3n, 1);
    say(1, SYSCALL, EOE);
    expect(summary(left)).toEqual([
      'joined 4294967295 by 5: 1300',
      'joined 1 by 5: 1300',
      'joined 1 by 5: 1300',
    ]);
    expect(joiner.counts.late).toBe(0);
  });

  test('records of events that nobody decided about are none of ours', () => {
    const { joiner, decide, say } = joinerStage();
    decide();
    joiner.stamp(1n, 17);
    expect(say(16, SYSCALL, EOE)).toEqual(['other', 'other']);
    expect(joiner.waiting).toBe(1);
  });

  test('the body of a record is copied only if it is ours', () => {
    const { joiner } = joinerStage();
    joiner.record(SYSCALL, 16, () => {
      throw new Error('copied');
    });
  });
});

test('the oldest that waits is known by its position in the ring', () => {
  const { joiner, decide, say } = joinerStage();
  expect(joiner.oldest(0)).toBeUndefined();
  decide({ event: 1, position: 100 });
  decide({ event: 2, position: 200 });
  decide({ event: 1, position: 300 });
  joiner.stamp(1n, 17);
  joiner.stamp(2n, 18);
  expect(joiner.oldest(0)).toBe(100);
  say(17, EOE);
  expect(joiner.oldest(0)).toBe(200);
  say(18, EOE);
  expect(joiner.oldest(0)).toBeUndefined();
});

test('decisions that wait before a position in the ring are counted', () => {
  const { joiner, decide, say } = joinerStage();
  decide({ event: 1, position: 100 });
  decide({ event: 2, position: 200 });
  decide({ event: 1, position: 300 });
  decide({ event: 3, position: 400 });
  expect([0, 100, 101, 300, 301, 1000].map((end) => joiner.waitingBefore(end))).toEqual([0, 0, 1, 2, 3, 4]);
  joiner.stamp(1n, 17);
  say(17, EOE);
  expect(joiner.waitingBefore(1000)).toBe(2);
});

test('what is said about promises that nobody knows is ignored', () => {
  const { joiner, left } = joinerStage();
  joiner.stamp(9n, 17);
  joiner.exit(9n, DENIED, 17);
  expect(joiner.record(SYSCALL, 17, () => new Uint8Array())).toBe('other');
  expect(left).toEqual([]);
});
