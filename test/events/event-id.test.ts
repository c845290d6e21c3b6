import { expect, test } from 'vitest';
import { ByteWriter } from '../../src/audit/write/byte-writer.ts';
import { CONTEXT } from '../../src/abi/abi.ts';
import { OwnSerials, readEventTime, writeEventId } from '../../src/events/event-id.ts';
import { eventChunk, memoryOf } from '../helpers/chunks.ts';

test('own serials lie in the half of the numbers where the kernel is not', () => {
  const serials = new OwnSerials(0, () => undefined);
  expect(serials.next() >>> 0).toBeGreaterThanOrEqual(0x80000000);
  serials.seen(0x90000000);
  expect(serials.next() >>> 0).toBeLessThan(0x80000000);
  serials.seen(17);
  expect(serials.next() >>> 0).toBeGreaterThanOrEqual(0x80000000);
});

test('no serial is given twice, by the reader after a kill neither', () => {
  let kept = 0;
  const given = new Set<number>();
  for (let reader = 0; reader < 5; reader++) {
    const serials = new OwnSerials(kept, (last) => {
      kept = last;
    });
    for (let i = 0; i < 2500; i++) {
      const serial = serials.next() >>> 0;
      expect(given.has(serial)).toBe(false);
      given.add(serial);
    }
  }
});

test('0 is never given, where the count starts again neither', () => {
  const serials = new OwnSerials(0x7fffffff - 3000, () => undefined);
  for (let i = 0; i < 6000; i++) expect((serials.next() & 0x7fffffff) === 0).toBe(false);
});

function timeOf(head: Parameters<typeof eventChunk>[0]): string {
  const id = { seconds: 0, milliseconds: 0, serial: 42 };
  readEventTime(memoryOf(eventChunk(head)), 0, 1_700_000_000_500, id);
  const out = new ByteWriter();
  writeEventId(out, id);
  return Buffer.from(out.view).toString();
}

test("the time is audit's own where there is one, else that of the hook", () => {
  const context = CONTEXT.PRESENT;
  expect(timeOf({ head: { context, ctime_sec: 1795156628, ctime_nsec: 7_999_999 } })).toBe(
    'audit(1795156628.007:42): ',
  );
  expect(timeOf({ head: { boot_ns: 1_250_000_000 } })).toBe('audit(1700000001.750:42): ');
});
