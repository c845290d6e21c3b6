import { spawnSync } from 'node:child_process';

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Command } from '../../src/cli/command.ts';
import { command as report } from '../../src/cli/report.ts';
import { command as search } from '../../src/cli/search.ts';
import { parseTime, TIME_WORDS } from '../../src/query/search/time-words.ts';
import { runCommand } from '../helpers/run-command.ts';

const version = spawnSync('ausearch', ['--version'], { encoding: 'utf8' }).stdout ?? '';
const skipped = version.includes('3.0.9') ? undefined : 'auditd 3.0.9 is not installed here';
const folder = mkdtempSync(path.join(tmpdir(), 'bpfaudit-words-'));
const log = path.join(folder, 'audit.log');
const zoneBefore = process.env['TZ'];
afterAll(() => {
  rmSync(folder, { recursive: true });
  if (zoneBefore === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zoneBefore;
});

const HOUR = 3600;
const DAYS = 400;

/**
 * Events around each midnight of more than a year and every half hour around now, none of them close to now or
 * to the moments that the words name besides midnight.
 */
function stamps(): number[] {
  const now = Math.floor(Date.now() / 1000);
  const uptime = Math.floor(Number(readFileSync('/proc/uptime', 'latin1').split(' ')[0]));
  const step = HOUR / 2;
  const isNearBoot = Math.abs((uptime % step) - step / 2) < 60;
  const first = now + step / 2 + (isNearBoot ? 240 : 0);
  const found = new Set(Array.from({ length: 60 }, (_, i) => first - i * step));
  for (let day = 0; day < DAYS; day++) {
    const midnight = new Date();
    midnight.setHours(0, 0, 0, 0);
    midnight.setDate(midnight.getDate() - day);
    const at = midnight.getTime() / 1000;
    for (const beside of [-HOUR, -1, 0, 1, HOUR, 10 * HOUR - 1, 10 * HOUR]) found.add(at + beside);
  }
  return [...found].filter((at) => Math.abs(at - now) > 60).toSorted((a, b) => a - b);
}

function writeLog(): void {
  const lines = stamps().map(
    (at, i) => `type=USER msg=audit(${at}.000:${i + 1}): pid=1 uid=0 auid=0 ses=1 msg='op=x res=success'\n`,
  );
  writeFileSync(log, lines.join(''));
}

async function ours(command: Command, argv: readonly string[]): Promise<string> {
  return (await runCommand(command, ...argv, '--stock', '-if', log)).stdout.toString('latin1');
}

function theirs(tool: string, argv: readonly string[]): string {
  return spawnSync(tool, [...argv, '-if', log], {
    encoding: 'latin1',
    env: { ...process.env, LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 20_000,
    maxBuffer: 2 ** 25,
  }).stdout;
}

/** The events of a raw search. */
const serials = (text: string): number[] =>
  [...text.matchAll(/:(\d+)\): /g)].map(([, serial]) => Number(serial));

/** The events of a report of events. */
const reported = (text: string): number[] =>
  [...text.matchAll(/^\d+\. \S+ \S+ (\d+) /gm)].map(([, serial]) => Number(serial));

/** Hours by which local time is another at the day of a word than now: where stock tools miss midnight. */
function offsetChange(word: string): number {
  const day = new Date();
  if (word === 'yesterday') day.setDate(day.getDate() - 1);
  else if (word === 'this-week') day.setDate(day.getDate() - day.getDay());
  else if (word === 'week-ago') day.setDate(day.getDate() - 7);
  else if (word === 'this-month') day.setDate(1);
  else if (word === 'this-year') day.setMonth(0, 1);
  day.setHours(0, 0, 0, 0);
  return day.getTimezoneOffset() - new Date().getTimezoneOffset();
}

/** What both tools say; asked again if the clock passed something meanwhile. */
async function both(
  [tool, command, read]: readonly [string, Command, (text: string) => number[]],
  argv: readonly string[],
): Promise<readonly [ours: number[], theirs: number[]]> {
  for (let tries = 0; ; tries++) {
    const before = read(theirs(tool, argv));
    const mine = read(await ours(command, argv));
    if (tries === 3 || before.join() === read(theirs(tool, argv)).join()) return [mine, before];
  }
}

const SEARCH = ['ausearch', search, serials] as const;
const REPORT = ['aureport', report, reported] as const;
/** A word that 3.0.9 does not know: a row of docs/ausearch-differences.md. */
const WORDS = TIME_WORDS.filter((word) => word !== 'this-hour');

describe.skipIf(skipped !== undefined).each([['UTC'], ['America/New_York'], ['Asia/Kolkata']])(
  `words for times, beside the real tools in %s${skipped === undefined ? '' : ` (${skipped})`}`,
  (zone) => {
    beforeAll(() => {
      process.env['TZ'] = zone;
      writeLog();
    });

    describe.each([['-ts'], ['-te']])('%s', (option) => {
      test.each(WORDS.flatMap((word) => [[[word]], [[word, '10:00:00']]]))('%j', async (time) => {
        const isMissed = time.length === 1 && offsetChange(time[0] ?? '') !== 0;
        const found = await both(SEARCH, ['--raw', option, ...time]);
        const listed = await both(REPORT, ['-e', option, ...time]);
        expect(listed[0]).toEqual(found[0]);
        if (isMissed) {
          // As docs/ausearch-differences.md says: stock tools miss the hour by what was changed.
          expect(found[0]).not.toEqual(found[1]);
          return;
        }
        expect(found[0]).toEqual(found[1]);
        expect(listed[0]).toEqual(listed[1]);
        // Else nothing was compared; only what has not come yet, or came before the log, leaves nothing out.
        expect(found[0].length).toBeGreaterThan(0);
      });
    });
  },
);

test('a word for a moment of the day before stands for that day beside a time', () => {
  process.env['TZ'] = 'UTC';
  const nowMs = new Date(2026, 10, 20, 0, 5).getTime();
  const context = { nowMs, uptimeSec: 3600, dateFormat: '%m/%d/%y' };
  const yesterday = new Date(2026, 10, 19, 10).getTime() / 1000;
  const today = new Date(2026, 10, 20, 10).getTime() / 1000;
  expect(parseTime(['boot', '10:00'], 'start', context)).toBe(yesterday);
  expect(parseTime(['recent', '10:00'], 'end', context)).toBe(yesterday);
  expect(parseTime(['now', '10:00'], 'start', context)).toBe(today);
});

describe('each word is the midnight of its day, also as an end, and after a change of the offset', () => {
  test.each([
    ['UTC', 'yesterday', [2026, 10, 19]],
    ['UTC', 'this-week', [2026, 10, 15]],
    ['UTC', 'week-ago', [2026, 10, 13]],
    ['America/New_York', 'this-month', [2026, 10, 1]],
    ['UTC', 'this-year', [2026, 0, 1]],
  ] as const)('%s %s', (zone, word, [year, month, day]) => {
    process.env['TZ'] = zone;
    const nowMs = new Date(2026, 10, 20, 15, 30, 17).getTime();
    const context = { nowMs, uptimeSec: 1000, dateFormat: '%m/%d/%y' };
    const midnight = new Date(year, month, day).getTime() / 1000;
    expect(parseTime([word], 'start', context)).toBe(midnight);
    expect(parseTime([word], 'end', context)).toBe(midnight);
    expect(parseTime([word, '10:00'], 'end', context)).toBe(new Date(year, month, day, 10).getTime() / 1000);
    expect(parseTime(['today'], 'end', context)).toBe(nowMs / 1000);
    expect(parseTime(['11/19/26'], 'end', context)).toBe(new Date(2026, 10, 19, 15, 30, 17).getTime() / 1000);
  });
});
