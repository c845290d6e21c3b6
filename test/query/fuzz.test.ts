import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { fuzz } from '../../bench/search-fuzz.ts';
import { NO_NAMES } from '../../src/audit/interpret/names.ts';
import { runSearch } from '../../src/query/search/run-search.ts';

/** How many lines are mutated here; `npm run fuzz:search` takes ten million. */
const LINES = 24_000;

test.each([1, 20_261_120])('no mutated line throws (seed %i)', { timeout: 120_000 }, async (seed) => {
  expect(await fuzz(LINES, seed)).toBe(LINES);
});

describe('files that are no logs', () => {
  const huge = Buffer.alloc(5 << 20, 'x');
  const head = 'type=CWD msg=audit(1500000000.001:5): ';
  test.each<[string, Buffer, number]>([
    ['empty', Buffer.alloc(0), 0],
    ['NULs', Buffer.alloc(3 << 20), 0],
    ['one gigantic line', huge, 0],
    [
      'a gigantic line between records',
      Buffer.from(`${head}a\n${huge.toString()}\n${head.replace(':5', ':6')}b\n`),
      2,
    ],
    ['a record without a newline', Buffer.from(`${head}cwd="/"`), 1],
    ['newlines', Buffer.alloc(100_000, '\n'), 0],
    ['a record with NULs', Buffer.from(`${head}\0\0\0\n`), 1],
  ])('%s', async (_name, bytes, count) => {
    const outcome = await runSearch({
      query: { format: 'interpret', escape: 'tty' },
      local: { names: NO_NAMES, dateFormat: '%m/%d/%y', nativeMachine: 'x86_64' },
      input: {
        kind: 'stream',
        stream: Readable.from([bytes.subarray(0, 70_000), bytes.subarray(70_000)]),
        name: 'test',
      },
      timeoutSec: 2,
      limit: Infinity,
      onOutput: () => {},
    });
    expect(outcome.found).toBe(count);
  });
});

test.each(['json', 'ecs', 'ocsf'] as const)('a stamp that no calendar has, as %s', async (format) => {
  const parts: Uint8Array[] = [];
  await runSearch({
    query: { format, escape: 'raw' },
    local: { names: NO_NAMES, dateFormat: '%m/%d/%y', nativeMachine: 'x86_64' },
    input: {
      kind: 'stream',
      stream: Readable.from([Buffer.from('type=CWD msg=audit(99999999999999.001:5): cwd="/"\n')]),
      name: 'test',
    },
    timeoutSec: 2,
    limit: Infinity,
    onOutput: (bytes) => void parts.push(bytes),
  });
  const event: Record<string, unknown> = JSON.parse(Buffer.concat(parts).toString('utf8'));
  expect(format === 'ocsf' || !('time' in event || '@timestamp' in event)).toBe(true);
});
