import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeLog } from '../../bench/search-logs.ts';
import { relevantRanges } from '../../src/query/input/relevant-ranges.ts';
import type { SearchQuery } from '../../src/query/search/query.ts';
import { searchLogs } from '../helpers/search-logs.ts';

const START = 1_700_000_000;
let folder = '';
const logs = { spread: '', dense: '' };

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'bpfaudit-search-'));
  for (const [name, eventsPerSecond] of [
    ['spread', 5],
    ['dense', 2000],
  ] as const) {
    logs[name] = path.join(folder, `${name}.log`);
    makeLog({
      path: logs[name],
      sizeBytes: 12e6,
      eventsPerSecond,
      files: 50,
      passwdEvery: 1009,
      startSec: START,
    });
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a search; a handler for bad lines turns the narrowing off. */
async function run(log: string, query: Partial<SearchQuery>, whole: boolean): Promise<string> {
  const { output } = await searchLogs([log], query, whole ? { onProblem: () => {} } : {});
  return output.toString('latin1');
}

describe.each(['spread', 'dense'] as const)('in a %s log', (name) => {
  test.each<[string, Partial<SearchQuery>]>([
    ['a file', { file: 'passwd' }],
    ['an event', { eventId: 2500 }],
    ['a process', { pid: 333 }],
    ['a type that is not there', { types: [1107] }],
    ['a window of time', { startSec: START + 2, endSec: START + 4 }],
    ['a window in the middle', { startSec: START + 900, endSec: START + 960 }],
    ['a file in a window', { file: 'passwd', startSec: START + 3 }],
  ])('a part of it gives the same as all of it: %s', async (_what, query) => {
    expect(await run(logs[name], query, false)).toBe(await run(logs[name], query, true));
  });
});

test('a compressed log is searched as a plain one', async () => {
  const packed = `${logs.spread}.gz`;
  writeFileSync(packed, gzipSync(readFileSync(logs.spread)));
  const query = { file: 'passwd' };
  expect(await run(packed, query, false)).toBe(await run(logs.spread, query, true));
});

test('a text that is not there needs no part of the log', () => {
  const { ranges } = relevantRanges(logs.spread, {
    startSec: undefined,
    endSec: undefined,
    timeoutSec: 2,
    needles: [Buffer.from('nowhere to be found')],
  });
  expect(ranges.every((range) => range.end === Infinity && range.start > 11e6)).toBe(true);
});

// Which places the search asks is its own business: the mangled lines move, and the last ones are among them or not.
test.each(Array.from({ length: 40 }, (_, i) => i))(
  'mangled stamps mislead no window of time: %i',
  async (at) => {
    const log = path.join(folder, 'mangled.log');
    const wrong = [START + 15_000, 1, START + 5000];
    const isMangled = (i: number): boolean => i % 97 === at || (at % 2 === 0 && i > 19_996);
    const lines = Array.from({ length: 20_000 }, (_, i) => {
      const sec = isMangled(i) ? wrong[(i + at) % wrong.length] : START + i;
      return `type=USER_CMD msg=audit(${sec}.000:${i}): pid=1 uid=0 auid=0 ses=1 msg='cmd=6C73 res=success'`;
    });
    writeFileSync(log, `${lines.join('\n')}\n`);
    for (const from of [100, 7654, 12_000, 19_800]) {
      const query = { startSec: START + from, endSec: START + from + 150 };
      const inside = lines.filter((_, i) => i >= from && i <= from + 150 && !isMangled(i));
      const found = new Set((await run(log, { ...query, format: 'raw' }, false)).split('\n'));
      expect(inside.filter((line) => !found.has(line))).toEqual([]);
    }
  },
);
