import { describe, expect, test } from 'vitest';
import { EventGrouper } from '../../src/audit/group/grouper.ts';
import { OrderedQueue } from '../../src/audit/group/ordered-queue.ts';
import { HeaderReader } from '../../src/audit/parse/header.ts';

/** Groups lines; gives `serial:records` of each event in the order in which they come out. */
function grouped(lines: readonly string[], timeoutSec = 2): string[] {
  const out: string[] = [];
  const grouper = new EventGrouper((event) => out.push(`${event.serial}:${event.recordCount}`), timeoutSec);
  const header = new HeaderReader();
  let offset = 0;
  for (const line of lines) {
    const bytes = Buffer.from(line);
    if (header.read(bytes, 0, bytes.length)) grouper.add(header, bytes, offset, bytes.length);
    offset += bytes.length + 1;
  }
  grouper.end();
  return out;
}

const record = (type: string, sec: number, serial: number): string =>
  `type=${type} msg=audit(${sec}.123:${serial}): x=1`;

describe('grouping', () => {
  test('interleaved records find their events', () => {
    const lines = [
      record('SYSCALL', 1000, 1),
      record('SYSCALL', 1000, 2),
      record('CWD', 1000, 1),
      record('CWD', 1000, 2),
    ];
    expect(grouped(lines)).toEqual(['1:2', '2:2']);
  });

  test('a record that comes after its event was completed begins a second event', () => {
    expect(grouped([record('SYSCALL', 1000, 1), record('SYSCALL', 1002, 2), record('CWD', 1000, 1)])).toEqual(
      ['1:1', '1:1', '2:1'],
    );
  });

  test('a longer timeout keeps it together', () => {
    const lines = [record('SYSCALL', 1000, 1), record('SYSCALL', 1002, 2), record('CWD', 1000, 1)];
    expect(grouped(lines, 5)).toEqual(['1:2', '2:1']);
  });

  test('an event that is still being built holds back a younger one', () => {
    const lines = [record('SYSCALL', 1000, 1), record('USER_LOGIN', 1000, 2), record('CWD', 1000, 1)];
    expect(grouped(lines)).toEqual(['1:2', '2:1']);
  });

  test('the end of an event alone is no event', () => {
    expect(grouped([record('EOE', 1000, 1)])).toEqual([]);
  });

  test('with and without a node are two events', () => {
    expect(grouped([record('SYSCALL', 1000, 1), `node=a ${record('CWD', 1000, 1)}`])).toEqual(['1:1', '1:1']);
  });
});

test('a queue gives what was put in, in order, whatever the order it came in', () => {
  let state = 7;
  const next = (): number => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state;
  };
  const items = Array.from({ length: 2000 }, (_, sequence) => ({
    sec: next() % 50,
    milli: next() % 3,
    serial: next() % 5,
    sequence,
  }));
  const queue = new OrderedQueue<(typeof items)[number]>();
  for (const item of items) queue.push(item);
  const out = Array.from({ length: items.length }, () => queue.pop());
  const sorted = items.toSorted(
    (a, b) => a.sec - b.sec || a.milli - b.milli || a.serial - b.serial || a.sequence - b.sequence,
  );
  expect(out).toEqual(sorted);
  expect(queue.size).toBe(0);
});

function read(line: string): string | undefined {
  const header = new HeaderReader();
  const bytes = Buffer.from(line);
  if (!header.read(bytes, 0, bytes.length)) return undefined;
  const node = bytes.toString('latin1', header.nodeStart, header.nodeEnd);
  return `${node}|${header.type}|${header.sec}.${header.milli}:${header.serial}`;
}

describe('heads of lines', () => {
  test.each([
    ['type=SYSCALL msg=audit(1500000000.007:42): a', '|1300|1500000000.7:42'],
    ['type=UNKNOWN[1427] msg=audit(1500000000.007:42): a', '|1427|1500000000.7:42'],
    ['type=BPF_LSM_ACCESS msg=audit(1500000000.007:42): a', '|1427|1500000000.7:42'],
    ['node=web1 type=CWD msg=audit(1500000000.007:42): a', 'web1|1307|1500000000.7:42'],
    ['  type=CWD  msg=audit(1500000000.007:42): a', '|1307|1500000000.7:42'],
    ['type=NOSUCH msg=audit(1500000000.007:42): a', '|-1|1500000000.7:42'],
  ])('%s', (line, expected) => {
    expect(read(line)).toBe(expected);
  });

  test.each([
    '',
    'type=CWD',
    'type=CWD msg=audit(5.1:3): x',
    'type=CWD msg=audit(1500000000.1234:7): y',
    '\0\0\0\0',
  ])('%j is no record', (line) => {
    expect(read(line)).toBeUndefined();
  });
});
