import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { LogSpace } from '../../src/query/input/log-space.ts';
import { cleanCut } from '../../src/query/run/clean-cut.ts';
import type { SearchQuery } from '../../src/query/search/query.ts';
import { runReport } from '../../src/query/report/run-report.ts';
import { ORACLE_LOCAL } from '../helpers/oracle-names.ts';
import { Random } from '../helpers/random.ts';
import { searchLogs } from '../helpers/search-logs.ts';

process.env['TZ'] = 'UTC';
const folder = mkdtempSync(path.join(tmpdir(), 'bpfaudit-segments-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** How the lines of a log lie. */
type Order = 'sorted' | 'mixed' | 'torn' | 'backwards';
const EVENTS = 42_000;
const TASK =
  'ppid=1 pid=2 auid=0 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=x ses=1 comm="x" exe="/x" key=(null)';

function lines(order: Order): string[] {
  const random = new Random(7);
  const found: { readonly at: number; readonly line: string }[] = [];
  for (let i = 0; i < EVENTS; i += 1) {
    const time = order === 'backwards' && i > EVENTS / 2 ? i - EVENTS / 4 : i;
    const stamp = `msg=audit(${1_700_000_000 + Math.floor(time / 200)}.${String((time % 200) * 5).padStart(3, '0')}:${i})`;
    // Mixed: the records of an event lie among those of some others. Torn: some come many events later.
    const late = order === 'mixed' ? random.below(6) : order === 'torn' && random.once(40) ? 6000 : 0;
    found.push(
      {
        at: i,
        line: `type=SYSCALL ${stamp}: arch=c000003e syscall=257 success=yes exit=3 a0=0 a1=0 a2=0 a3=0 items=1 ${TASK}`,
      },
      { at: i + late, line: `type=PATH ${stamp}: item=0 name="/tmp/${i % 100}" inode=${i} dev=fd:00` },
    );
  }
  return found.toSorted((a, b) => a.at - b.at).map(({ line }) => line);
}

async function searched(
  paths: readonly string[],
  query: Partial<SearchQuery>,
  isWhole: boolean,
): Promise<string> {
  // Who asks for problems has the log read from its start to its end.
  const more = isWhole ? { onProblem: () => {} } : {};
  return (await searchLogs(paths, { format: 'interpret', ...query }, more)).output.toString('latin1');
}

async function summary(paths: readonly string[], isWhole: boolean): Promise<string> {
  let text = '';
  await runReport({
    query: { report: 'summary', summary: true, interpret: false, escape: 'tty' },
    local: ORACLE_LOCAL,
    input: { kind: 'files', paths },
    timeoutSec: 2,
    onOutput: (part) => {
      text += part;
    },
    ...(isWhole ? { onProblem: () => {} } : {}),
  });
  return text;
}

describe.each<Order>(['sorted', 'mixed', 'torn', 'backwards'])('a log whose lines are %s', (order) => {
  const all = lines(order);
  const whole = path.join(folder, `${order}.log`);
  writeFileSync(whole, `${all.join('\n')}\n`);
  // A rotation in the middle of an event, and a file without a last newline.
  const cut = Math.floor(all.length / 3) | 1;
  const rotated = [path.join(folder, `${order}.log.1`), path.join(folder, `${order}.log.0`)];
  writeFileSync(rotated[0] ?? '', all.slice(0, cut).join('\n'));
  writeFileSync(rotated[1] ?? '', `${all.slice(cut).join('\n')}\n`);

  test('is read in segments as from its start to its end', async () => {
    expect(await searched([whole], {}, false)).toBe(await searched([whole], {}, true));
  });

  test('and so are rotated files', async () => {
    expect(await searched(rotated, {}, false)).toBe(await searched(rotated, {}, true));
  });

  test('and so is a part of it, and what is near a hit', async () => {
    for (const query of [{ startSec: 1_700_000_003 }, { file: '/tmp/77' }]) {
      expect(await searched([whole], query, false)).toBe(await searched([whole], query, true));
    }
  });

  test('and counted alike', async () => {
    expect(await summary([whole], false)).toBe(await summary([whole], true));
  });
});

function piece(file: string): LogSpace {
  return LogSpace.open([{ path: file, start: 0, end: Infinity }]);
}

describe('a place to cut', () => {
  test('has only older records before it', () => {
    using space = piece(path.join(folder, 'mixed.log'));
    const place = cleanCut(space, 3_000_000);
    expect(place).toBeGreaterThanOrEqual(3_000_000);
    expect(place).toBeLessThan(3_100_000);
  });

  test('is not there where nothing is a record', () => {
    const file = path.join(folder, 'binary');
    writeFileSync(file, Buffer.alloc(4 << 20, 'x\0'));
    using space = piece(file);
    expect(cleanCut(space, 2 << 20)).toBeUndefined();
  });
});
