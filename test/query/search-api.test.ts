import path from 'node:path';
import { expect, test } from 'vitest';
import { search } from '../../src/index.ts';

const LOG = path.resolve(import.meta.dirname, '../fixtures/audit/bpf-lsm-kernel-7.2.log');

test('events come one after another', async () => {
  const serials: number[] = [];
  for await (const event of search({ paths: [LOG], query: { types: [1427], comm: 'orc' } })) {
    serials.push(event.serial);
    expect(event.records[0]?.type).toBe(1427);
  }
  expect(serials.length).toBeGreaterThan(5);
});

test('an aborted search ends', async () => {
  const controller = new AbortController();
  let count = 0;
  for await (const event of search({ paths: [LOG], signal: controller.signal })) {
    count += event.records.length > 0 ? 1 : 0;
    controller.abort();
  }
  expect(count).toBe(1);
});
