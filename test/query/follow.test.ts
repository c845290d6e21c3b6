import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { followSearch } from '../../src/query/search/follow-search.ts';
import { ORACLE_LOCAL } from '../helpers/oracle-names.ts';

let folder = '';
let log = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'bpfaudit-follow-'));
  log = path.join(folder, 'audit.log');
});
afterEach(() => rmSync(folder, { recursive: true }));

const line = (serial: number, sec = 1_700_000_000 + serial * 10): string =>
  `type=CWD msg=audit(${sec}.000:${serial}): cwd="/"\n`;
const serials = (text: string): number[] => [...text.matchAll(/:(\d+)\):/g)].map((match) => Number(match[1]));

/** Follows a log until so many events came; `step` is called after each output with how many came so far. */
async function followed(count: number, step: (found: number) => void, fromStart = true): Promise<string> {
  let text = '';
  const found = await followSearch({
    path: log,
    query: { format: 'raw', escape: 'tty' },
    local: ORACLE_LOCAL,
    timeoutSec: 0,
    limit: count,
    fromStart,
    pollMs: 5,
    signal: AbortSignal.timeout(20_000),
    onOutput: (bytes) => {
      text += Buffer.from(bytes).toString('latin1');
      step(serials(text).length);
    },
  });
  expect(found).toBe(count);
  return text;
}

describe('a log that is followed', () => {
  test('goes on with what is added', async () => {
    writeFileSync(log, line(1) + line(2));
    const text = await followed(4, (found) => {
      if (found === 2) appendFileSync(log, line(3) + line(4));
    });
    expect(serials(text)).toEqual([1, 2, 3, 4]);
  });

  test('is read to its end when it is rotated, then the new one from its start', async () => {
    writeFileSync(log, line(1));
    const text = await followed(4, (found) => {
      if (found === 1) {
        appendFileSync(log, line(2) + line(3));
        renameSync(log, `${log}.1`);
        writeFileSync(log, line(4));
      }
    });
    expect(serials(text)).toEqual([1, 2, 3, 4]);
  });

  test('is read anew when it is cut off', async () => {
    writeFileSync(log, line(1) + line(2) + line(3));
    const text = await followed(4, (found) => {
      if (found === 3) {
        truncateSync(log);
        appendFileSync(log, line(4));
      }
    });
    expect(serials(text)).toEqual([1, 2, 3, 4]);
  });

  test('is waited for', async () => {
    setTimeout(() => writeFileSync(log, line(1)), 30);
    expect(serials(await followed(1, () => {}))).toEqual([1]);
  });

  test('begins at its end', async () => {
    writeFileSync(log, line(1));
    setTimeout(() => appendFileSync(log, line(2)), 50);
    expect(serials(await followed(1, () => {}, false))).toEqual([2]);
  });

  test('keeps a line that comes in pieces together', async () => {
    writeFileSync(log, line(1) + line(2).slice(0, 20));
    const text = await followed(2, (found) => {
      if (found === 1) appendFileSync(log, line(2).slice(20));
    });
    expect(text).toBe(line(1) + line(2));
  });

  test('ends with its signal', async () => {
    writeFileSync(log, line(1));
    const controller = new AbortController();
    const found = await followSearch({
      path: log,
      query: { format: 'raw', escape: 'tty' },
      local: ORACLE_LOCAL,
      timeoutSec: 0,
      limit: Infinity,
      fromStart: true,
      pollMs: 5,
      signal: controller.signal,
      onOutput: () => controller.abort(),
    });
    expect(found).toBe(1);
  });
});
