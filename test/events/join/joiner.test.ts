import { describe, expect, test } from 'vitest';
import { CONTEXT } from '../../../src/abi/abi.ts';
import { Joiner, type JoinerTimes } from '../../../src/events/join/joiner.ts';
import type { JoinedEvent } from '../../../src/events/join/joined-event.ts';
import { decision, type DecisionOptions } from '../../helpers/ring-event.ts';

const SYSCALL = 1300;
const PATH = 1302;
const CWD = 1307;
const EOE = 1320;
const PROCTITLE = 1327;
const ID = { seconds: 1_795_151_761, milliseconds: 717, serial: 0 };
const NOW = ID.seconds * 1000 + ID.milliseconds;
const DENIED = { exit: -1n, success: false };
const DUMMY = CONTEXT.PRESENT | CONTEXT.SYSCALL | CONTEXT.DUMMY;

/** A joiner, and all that left it. */
function stage(options: { expectRecords?: boolean; times?: JoinerTimes } = {}): {
  readonly joiner: Joiner;
  readonly left: JoinedEvent[];
  readonly decide: (options?: DecisionOptions & { nowMs?: number; position?: number }) => void;
  readonly say: (serial: number, ...types: number[]) => string[];
} {
  const left: JoinedEvent[] = [];
  const joiner = new Joiner({
    handOut: (event) => left.push(event),
    expectRecords: options.expectRecords ?? true,
    ...(options.times === undefined ? {} : { times: options.times }),
  });
  return {
    joiner,
    left,
    decide: ({ nowMs = 0, position = 0, ...what } = {}) =>
      joiner.decision(decision(what), { ...ID, serial: what.serial ?? 0 }, nowMs, position),
    say: (serial, ...types) =>
      types.map((type) => joiner.record(type, serial, () => Buffer.from(`${serial}/${type}`))),
  };
}

function summary(events: readonly JoinedEvent[]): string[] {
  return events.map(({ id, decisions, records, end }) => {
    const programs = decisions.map(({ progId }) => progId).join('+');
    return `${end} ${id.serial} by ${programs}: ${records.map(({ type }) => type).join(' ')}`.trimEnd();
  });
}

describe('an event with the kernel records', () => {
  test('leaves when the kernel has written the last of them', () => {
    const { joiner, left, decide, say } = stage();
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
    const { joiner, left, decide, say } = stage();
    decide({ event: 1 });
    decide({ event: 2 });
    joiner.stamp(1n, 17);
    joiner.stamp(2n, 18);
    say(17, SYSCALL, EOE);
    say(18, SYSCALL, PROCTITLE);
    expect(summary(left)).toEqual(['joined 17 by 5: 1300', 'joined 18 by 5: 1300 1327']);
  });

  test('EOE behind PROCTITLE is no late record', () => {
    const { joiner, decide, say } = stage();
    decide();
    joiner.stamp(1n, 17);
    say(17, SYSCALL, PROCTITLE, EOE);
    expect(joiner.counts).toEqual({ joined: 1, alone: 0, timeouts: 0, late: 0 });
  });

  test('has the outcome if the exit came first', () => {
    const { joiner, left, decide, say } = stage();
    decide();
    joiner.stamp(1n, 17);
    joiner.exit(1n, DENIED, 17);
    expect(left).toEqual([]);
    say(17, SYSCALL, EOE);
    expect(left[0]?.outcome).toEqual(DENIED);
  });

  test('does not need the exit: EOE may be read before it', () => {
    const { joiner, left, decide, say } = stage();
    decide();
    joiner.stamp(1n, 17);
    say(17, SYSCALL, EOE);
    joiner.exit(1n, DENIED, 17);
    expect(summary(left)).toEqual(['joined 17 by 5: 1300']);
    expect(left[0]?.outcome).toBeUndefined();
    expect(joiner.waiting).toBe(0);
  });

  test('is found by the serial of the exit when the stamp was lost', () => {
    const { joiner, left, decide, say } = stage();
    decide();
    joiner.exit(1n, DENIED, 17);
    say(17, SYSCALL, EOE);
    expect(summary(left)).toEqual(['joined 17 by 5: 1300']);
  });

  test('is found by the serial that the decision knew: the kernel had written before', () => {
    const { left, decide, say } = stage();
    decide({ serial: 17 });
    say(17, SYSCALL, EOE);
    expect(summary(left)).toEqual(['joined 17 by 5: 1300']);
  });

  test('records that come in another order are kept in that order', () => {
    const { joiner, left, decide, say } = stage();
    decide();
    joiner.stamp(1n, 17);
    say(17, PATH, CWD, SYSCALL, EOE);
    expect(summary(left)).toEqual(['joined 17 by 5: 1302 1307 1300']);
  });
});

describe('several events', () => {
  test('interleaved records find their own', () => {
    const { joiner, left, decide, say } = stage();
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
    const { joiner, left, decide, say } = stage();
    decide({ event: 1, progId: 5 });
    decide({ event: 1, progId: 6 });
    joiner.stamp(1n, 17);
    decide({ event: 1, progId: 5, serial: 17 });
    say(17, SYSCALL, EOE);
    expect(summary(left)).toEqual(['joined 17 by 5+6+5: 1300']);
  });

  test('two promises with one serial are one event', () => {
    const { joiner, left, decide, say } = stage();
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
    const { joiner, left, decide, say } = stage();
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
    const { joiner, left, decide, say } = stage();
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
    const { joiner, decide, say } = stage();
    decide();
    joiner.stamp(1n, 17);
    expect(say(16, SYSCALL, EOE)).toEqual(['other', 'other']);
    expect(joiner.waiting).toBe(1);
  });

  test('the body of a record is copied only if it is ours', () => {
    const { joiner } = stage();
    joiner.record(SYSCALL, 16, () => {
      throw new Error('copied');
    });
  });
});

describe('an event that the kernel says nothing about', () => {
  test.each([
    ['no audit context', 0],
    ['a kernel thread', CONTEXT.KTHREAD],
  ])('leaves at once: %s', (_why, context) => {
    const { joiner, left, decide } = stage();
    decide({ event: 0, context });
    expect(summary(left)).toEqual(['alone 0 by 5:']);
    expect(joiner.counts.alone).toBe(1);
  });

  test('leaves with its exit: dummy', () => {
    const { joiner, left, decide } = stage();
    decide({ context: DUMMY });
    expect(left).toEqual([]);
    joiner.exit(1n, DENIED, 0);
    expect(summary(left)).toEqual(['alone 0 by 5:']);
    expect(left[0]?.outcome).toEqual(DENIED);
  });

  test('leaves with its exit: rules are loaded, but none matched', () => {
    const { joiner, left, decide } = stage();
    decide();
    joiner.exit(1n, DENIED, 0);
    expect(summary(left)).toEqual(['alone 0 by 5:']);
  });

  test('dummy does not wait long for a system call that does not end', () => {
    const { joiner, left, decide } = stage({ times: { kernelMs: 2000, exitMs: 20 } });
    decide({ context: DUMMY, nowMs: 1000 });
    expect(joiner.tick(1019)).toBe(1020);
    expect(left).toEqual([]);
    joiner.tick(1020);
    expect(summary(left)).toEqual(['alone 0 by 5:']);
    expect(left[0]?.outcome).toBeUndefined();
  });

  test('dummy, but another record made the kernel write the event: it waits for it', () => {
    const { joiner, left, decide, say } = stage();
    decide({ context: DUMMY });
    joiner.stamp(1n, 17);
    joiner.exit(1n, DENIED, 17);
    expect(left).toEqual([]);
    say(17, SYSCALL, EOE);
    expect(summary(left)).toEqual(['joined 17 by 5: 1300']);
  });

  test('io_uring is joined like a system call', () => {
    const { joiner, left, decide, say } = stage();
    decide({ context: CONTEXT.PRESENT | CONTEXT.URING });
    joiner.stamp(1n, 17);
    say(17, 1336, PATH, EOE);
    joiner.exit(1n, DENIED, 17);
    expect(summary(left)).toEqual(['joined 17 by 5: 1336 1302']);
  });

  test('every event leaves with its exit where no kernel records are read', () => {
    const { joiner, left, decide } = stage({ expectRecords: false });
    decide();
    joiner.stamp(1n, 17);
    joiner.exit(1n, DENIED, 17);
    expect(summary(left)).toEqual(['alone 17 by 5:']);
  });
});

describe('an event whose records do not come', () => {
  test('leaves after the wait, marked, with the records that did come', () => {
    const { joiner, left, decide, say } = stage();
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
    const { joiner, decide, say } = stage();
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
    const { joiner, left, decide } = stage();
    decide();
    joiner.tick(2000);
    expect(summary(left)).toEqual(['timeout 0 by 5:']);
  });

  test('is not late while the kernel is behind: older records still come', () => {
    const { joiner, left, decide, say } = stage();
    decide();
    joiner.stamp(1n, 17);
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
    const { joiner, left, decide } = stage();
    decide();
    joiner.stamp(1n, 17);
    joiner.heard(NOW + 2000, 1999);
    expect(joiner.due(2000)).toBe(true);
    joiner.tick(2000);
    expect(summary(left)).toEqual(['timeout 17 by 5:']);
  });

  test('is late when nothing comes any more', () => {
    const { joiner, left, decide } = stage();
    decide();
    joiner.stamp(1n, 17);
    joiner.heard(NOW, 1900);
    joiner.tick(3899);
    expect(left).toEqual([]);
    joiner.tick(3900);
    expect(summary(left)).toEqual(['timeout 17 by 5:']);
  });

  test('a clock that was set back is no lag', () => {
    const { joiner, left, decide } = stage();
    decide();
    joiner.stamp(1n, 17);
    joiner.heard(NOW - 3_600_000, 1900);
    joiner.tick(2000);
    expect(summary(left)).toEqual(['timeout 17 by 5:']);
  });

  test('everything leaves at the end', () => {
    const { joiner, left, decide } = stage();
    decide({ event: 1 });
    joiner.stamp(1n, 17);
    decide({ event: 2, context: DUMMY });
    joiner.flush();
    expect(summary(left)).toEqual(['timeout 17 by 5:', 'alone 0 by 5:']);
    expect(joiner.waiting).toBe(0);
  });
});

test('the oldest that waits is known by its position in the ring', () => {
  const { joiner, decide, say } = stage();
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
  const { joiner, decide, say } = stage();
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
  const { joiner, left } = stage();
  joiner.stamp(9n, 17);
  joiner.exit(9n, DENIED, 17);
  expect(joiner.record(SYSCALL, 17, () => new Uint8Array())).toBe('other');
  expect(left).toEqual([]);
});
