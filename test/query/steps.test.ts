import { afterEach, describe, expect, test, vi } from 'vitest';
import { GroupedEvent } from '../../src/audit/group/grouped-event.ts';
import { EventGrouper } from '../../src/audit/group/grouper.ts';
import { HeaderReader } from '../../src/audit/parse/header.ts';
import { EventScan } from '../../src/query/run/event-scan.ts';

// What a line costs, counted in steps instead of time, must not grow with the number of events in flight.
afterEach(() => vi.restoreAllMocks());

const RECORDS = 3;
const LINES = 60_000;
const CHUNK_LINES = 1000;
/** Events a second: up to this times two seconds are in flight. */
const DENSITIES = [50, 5000, 50_000];

/** Records of the events of a second come mixed: the first of each, then the second of each ... */
function mixedLines(perSecond: number): string[] {
  const lines: string[] = [];
  const events = Math.min(perSecond, LINES / RECORDS);
  for (let first = 0; lines.length < LINES; first += events) {
    for (let record = 0; record < RECORDS; record += 1) {
      for (let i = first; i < first + events; i += 1) {
        const sec = 1_700_000_000 + Math.floor(i / perSecond);
        lines.push(`type=CWD msg=audit(${sec}.000:${i + 1}): cwd="/${record}"\n`);
      }
    }
  }
  return lines;
}

describe.each(DENSITIES)('%i events a second', (perSecond) => {
  const lines = mixedLines(perSecond);

  test('a record is compared with few events', () => {
    let reads = 0;
    const header = new Proxy(new HeaderReader(), {
      get: (target, name) => {
        if (name === 'serial') reads += 1;
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    let events = 0;
    const grouper = new EventGrouper(() => {
      events += 1;
    }, 2);
    for (const line of lines) {
      const bytes = Buffer.from(line);
      expect(header.read(bytes, 0, bytes.length - 1)).toBe(true);
      grouper.add(header, bytes, 0, bytes.length - 1);
    }
    grouper.end();
    expect(events).toBe(lines.length / RECORDS);
    expect(reads / lines.length).toBeLessThan(4);
  });

  test('when a chunk goes, no more events are looked at than it has lines', () => {
    const looked = vi.spyOn(GroupedEvent.prototype, 'isInFlight', 'get');
    const scan = new EventScan({ startSec: undefined, endSec: undefined, timeoutSec: 2 });
    const found: string[] = [];
    const take = (event: GroupedEvent): void => {
      const target = Buffer.alloc(event.spans[1] ?? 0);
      for (let i = 0; i < event.recordCount; i += 1) scan.copyLine(event, i, target, 0);
      found.push(target.toString('latin1'));
    };
    let base = 0;
    for (let i = 0; i < lines.length; i += CHUNK_LINES) {
      const bytes = Buffer.from(lines.slice(i, i + CHUNK_LINES).join(''));
      scan.push({ bytes, base, file: 'log' });
      scan.drain(take);
      base += bytes.length;
    }
    scan.end();
    scan.drain(take);
    expect(found.length).toBe(lines.length / RECORDS);
    // The last record of each, from whichever chunk it was in.
    for (const line of found) expect(line).toMatch(/: cwd="\/2"$/);
    expect(looked.mock.calls.length / lines.length).toBeLessThanOrEqual(1);
    if (perSecond > CHUNK_LINES) expect(looked).toHaveBeenCalled();
  });
});
