import { describe, expect, it } from 'vitest';
import { CONTEXT } from '../../src/abi/abi.ts';
import { ByteWriter } from '../../src/audit/write/byte-writer.ts';
import { OwnSerials, readEventTime, writeEventId } from '../../src/events/event-id.ts';
import { eventChunk, memoryOf, type EventParts } from '../helpers/chunks.ts';

describe('serials of our own', () => {
  it('never come twice, not even after a crash', () => {
    let kept = 0;
    const given = new Set<number>();
    for (let life = 0; life < 5; life++) {
      const serials = new OwnSerials(kept, (last) => (kept = last));
      for (let i = 0; i < 1500; i++) {
        const serial = serials.next() >>> 0;
        expect(given.has(serial)).toBe(false);
        given.add(serial);
      }
    }
  });

  it('stay in the half that the kernel is not in', () => {
    const serials = new OwnSerials(0, () => {});
    expect(serials.next() >>> 0).toBe(0x80000001);
    serials.seen(0x80000005 | 0);
    expect(serials.next() >>> 0).toBe(2);
    serials.seen(17);
    expect(serials.next() >>> 0).toBe(0x80000003);
  });

  it('start again without a 0', () => {
    let kept = 0;
    const serials = new OwnSerials(0x7fffffff - 1024, (last) => (kept = last));
    const given = Array.from({ length: 2000 }, () => serials.next() & 0x7fffffff);
    expect(given).not.toContain(0);
    expect(new Set(given).size).toBe(given.length);
    expect(kept).toBeLessThan(4096);
  });
});

it('an event of our own has a time in whole milliseconds, and the next serial', () => {
  const serials = new OwnSerials(0, () => {});
  expect(serials.idAt(1_700_000_000_007.9)).toEqual({
    seconds: 1_700_000_000,
    milliseconds: 7,
    serial: 0x80000001,
  });
  expect(serials.next() >>> 0).toBe(0x80000002);
});

function idOf(event: EventParts): string {
  const id = { seconds: 0, milliseconds: 0, serial: 42 };
  readEventTime(memoryOf(eventChunk(event)).view, 0, 1_700_000_000_500, id);
  const out = new ByteWriter();
  writeEventId(out, id);
  return Buffer.from(out.view).toString();
}

describe('the time of an event', () => {
  it("is audit's own for the system call", () => {
    const head = { context: CONTEXT.PRESENT, ctime_sec: 1795156628, ctime_nsec: 7_999_999 };
    expect(idOf({ head })).toBe('audit(1795156628.007:42): ');
  });

  it('is that of the hook where there is no system call', () => {
    expect(idOf({ head: { boot_ns: 1_250_000_000 } })).toBe('audit(1700000001.750:42): ');
  });
});
