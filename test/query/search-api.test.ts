import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, describe, expect, test } from 'vitest';
import { search, type SearchOptions } from '../../src/index.ts';
import { ROOT } from '../helpers/source-files.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

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

test('with stock an event of which ausearch refuses a record is none', async () => {
  using place = temporaryFolder();
  const log = path.join(place.path, 'audit.log');
  const avc = 'apparmor="DENIED" operation="open" profile="/usr/bin/x" name="/etc/shadow" pid=7 comm="x"';
  writeFileSync(log, `type=AVC msg=audit(1700000000.000:5): ${avc}\n`);
  expect(await found({ paths: [log] })).toHaveLength(1);
  expect(await found({ paths: [log], query: { stock: true } })).toEqual([]);
});

/** So many events are enough for a log that is read by several threads. */
const EVENTS = 60_000;
const CALL = 'arch=c000003e syscall=257 success=yes exit=3 a0=0 a1=0 a2=0 a3=0 items=0 ppid=1';
const TASK =
  'auid=0 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=x ses=1 comm="x" ' +
  `exe="/${'x'.repeat(240)}" key=(null)`;

function logLines(isMixed: boolean): string[] {
  const lines: string[] = [];
  for (let i = 0; i < EVENTS; i += 1) {
    const stamp = `msg=audit(${1_700_000_000 + Math.floor(i / 500)}.000:${i})`;
    lines.push(`type=CWD ${stamp}: cwd="/${i % 5000 === 0 ? 'here' : 'there'}"`);
    // The record of one event comes many events later.
    const late = isMixed && i % 20_000 === 19_000 ? lines.length - 1600 : lines.length;
    lines.splice(late, 0, `type=1300 ${stamp}: ${CALL} pid=${i % 70} ${TASK}`);
  }
  return lines;
}

async function found(options: SearchOptions): Promise<string[]> {
  const events: string[] = [];
  for await (const { sec, milli, serial, records } of search(options))
    events.push(`${sec}.${milli}:${serial} ${records.map(({ line }) => line).join('|')}`);
  return events;
}

const folder = temporaryFolder();
afterAll(() => folder[Symbol.dispose]());

describe.each(['sorted', 'mixed'])('a large log whose lines are %s', (order) => {
  const log = path.join(folder.path, `${order}.log`);
  const text = `${logLines(order === 'mixed').join('\n')}\n`;
  writeFileSync(log, text);
  const asStream = (): SearchOptions => ({
    input: {
      kind: 'stream',
      name: 'log',
      stream: Readable.from([Buffer.from(text, 'latin1')]),
    },
  });

  test.each([{}, { file: 'here' }, { pid: 3 }, { startSec: 1_700_000_020, endSec: 1_700_000_090 }])(
    'gives the events that are found from its start to its end: %j',
    async (query) => {
      const expected = await found({ ...asStream(), query });
      expect(expected.length).toBeGreaterThan(10);
      expect(await found({ paths: [log], query })).toEqual(expected);
    },
  );

  test('can be left at any event', async () => {
    const serials: number[] = [];
    for await (const event of search({ paths: [log] })) {
      serials.push(event.serial);
      if (serials.length === 5000) break;
    }
    expect(serials).toEqual(Array.from({ length: 5000 }, (_, i) => i));
  });

  test('is not read on when the search is aborted', async () => {
    const controller = new AbortController();
    let count = 0;
    for await (const _event of search({ paths: [log], signal: controller.signal })) {
      count += 1;
      if (count === 100) controller.abort();
    }
    expect(count).toBe(100);
  });
});

const COMPILED = path.join(ROOT, 'dist/index.js');
const isBuilt = existsSync(COMPILED);

describe.skipIf(!isBuilt)(`with threads${isBuilt ? '' : ' (skipped: not built, npm run build)'}`, () => {
  const log = path.join(folder.path, 'sorted.log');

  /** What a program prints that searches the log; it must end by itself. */
  function printed(body: string): string {
    const program = `
      import { search } from ${JSON.stringify(COMPILED)};
      const options = { paths: [${JSON.stringify(log)}] };
      ${body}`;
    const result = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect(result).toMatchObject({ status: 0, stderr: '' });
    return result.stdout;
  }

  test('the same events are found, in the same order', async () => {
    const expected = await found({ paths: [log], query: { pid: 3 } });
    const body = `
      for await (const { serial } of search({ ...options, query: { pid: 3 } })) console.log(serial);`;
    const serials = expected.map((event) => /:(\d+) /.exec(event)?.[1] ?? '');
    expect(printed(body).trim().split('\n')).toEqual(serials);
  });

  test.each([
    ['left', 'for await (const event of search(options)) { console.log(event.serial); break; }'],
    [
      'aborted',
      `const controller = new AbortController();
      for await (const event of search({ ...options, signal: controller.signal })) {
        console.log(event.serial);
        controller.abort();
      }`,
    ],
    ['forgotten', 'console.log((await search(options).next()).value.serial);'],
  ])('no thread is left behind when the search is %s', (_how, body) => {
    expect(printed(body)).toBe('0\n');
  });
});
