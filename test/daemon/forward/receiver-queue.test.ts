import { expect, test } from 'vitest';
import { ReceiverQueue } from '../../../src/daemon/forward/receiver-queue.ts';

const line = (n: number): Uint8Array => Buffer.from(`${n}\n`);

test('lines leave in order, and the sum closes', () => {
  const queue = new ReceiverQueue(3);
  const taken: string[] = [];
  let added = 0;
  for (let round = 0; round < 50; round++) {
    for (let i = 0; i < round % 5; i++) queue.add(line(added++));
    for (let i = 0; i < round % 3 && queue.first; i++) {
      taken.push(Buffer.from(queue.first).toString());
      queue.sent();
    }
    const { sent, dropped, waiting } = queue.counts;
    expect(sent + dropped + waiting).toBe(added);
    expect(waiting).toBeLessThanOrEqual(3);
  }
  expect(queue.counts.dropped).toBeGreaterThan(0);
  expect(taken.map(Number)).toEqual(taken.map(Number).toSorted((a, b) => a - b));
});

test('a receiver that takes nothing costs no more than its depth', () => {
  const queue = new ReceiverQueue(2);
  for (let i = 0; i < 1000; i++) queue.add(line(i));
  expect(queue.counts).toEqual({ sent: 0, dropped: 998, waiting: 2 });
  expect([queue.takeDropped(), queue.takeDropped()]).toEqual([998, 0]);
  expect(Buffer.from(queue.first!).toString()).toBe('0\n');
});

test('the line is copied: its memory is used again', () => {
  const queue = new ReceiverQueue(1);
  const memory = Buffer.from('one\n');
  queue.add(memory);
  memory.fill(0);
  expect(Buffer.from(queue.first!).toString()).toBe('one\n');
});
