import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Command } from '../../src/cli/command.ts';
import { command as report } from '../../src/cli/report.ts';
import { command as search } from '../../src/cli/search.ts';
import { LogIndexer } from '../../src/log/log-indexer.ts';
import { indexedLogs } from '../../src/query/input/indexed-logs.ts';
import { search as searchApi } from '../../src/query/search/search-api.ts';
import { runCommand } from '../helpers/run-command.ts';

process.env['TZ'] = 'UTC';
const START = 1_700_000_000;
const FILES = 8;
const PER_FILE = 40;
const hasZstd = spawnSync('zstd', ['--version']).status === 0;
const top = mkdtempSync(path.join(tmpdir(), 'bpfaudit-indexed-'));
const plain = path.join(top, 'plain');
const indexed = path.join(top, 'indexed');
const packed = path.join(top, 'packed');
afterAll(() => rmSync(top, { recursive: true }));

/** Events of SYSCALL and PATH, a minute apart; some have a decision; the last of each file goes on in the next. */
function text(file: number): string {
  let out =
    file === 0
      ? ''
      : `type=PATH msg=audit(${START + file * PER_FILE * 60 - 60}.000:${file * PER_FILE}): item=0 name="/tmp/late"\n`;
  for (let i = 0; i < PER_FILE; i += 1) {
    const serial = file * PER_FILE + i + 1;
    const stamp = `msg=audit(${START + (serial - 1) * 60}.000:${serial})`;
    if (file === 3 && i === 5) out += `type=UNKNOWN[1427] ${stamp}: prog-id=5 pid=2 comm="cat" verdict=-1\n`;
    if (file === 5 && i === 0)
      out += `type=USER_LOGIN ${stamp}: pid=1 uid=0 auid=0 ses=1 msg='op=login res=success'\n`;
    out += `type=SYSCALL ${stamp}: arch=c000003e syscall=2 success=yes exit=3 a0=0 a1=0 a2=0 a3=0 items=1 ppid=1 pid=2 auid=0 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=x ses=1 comm="x" exe="/x" key=(null)\n`;
    if (i < PER_FILE - 1 && file !== 5) out += `type=PATH ${stamp}: item=0 name="/tmp/${i}"\n`;
  }
  return out;
}

const nameOf = (folder: string, file: number): string =>
  path.join(folder, file === FILES - 1 ? 'audit.log' : `audit.log.${FILES - 1 - file}`);

beforeAll(async () => {
  mkdirSync(plain);
  for (let file = 0; file < FILES; file += 1) writeFileSync(nameOf(plain, file), text(file));
  cpSync(plain, indexed, { recursive: true });
  await new LogIndexer(path.join(indexed, 'audit.log')).run();
  cpSync(indexed, packed, { recursive: true });
  for (const name of readdirSync(packed).filter((one) => /\.\d$/.test(one))) {
    const log = path.join(packed, name);
    if (hasZstd && name.endsWith('3')) execFileSync('zstd', ['-q', log]);
    else writeFileSync(`${log}.gz`, gzipSync(text(FILES - 1 - Number(name.at(-1)))));
    unlinkSync(log);
  }
});

async function told(command: Command, ...options: string[]): Promise<{ out: string; err: string }> {
  const { stdout, stderr } = await runCommand(command, ...options);
  return { out: stdout.toString('latin1'), err: stderr };
}

test.each([
  ['-ts', '11/15/23', '00:00:00', '-te', '11/15/23', '01:00:00'],
  ['-ts', '11/15/23'],
  ['-te', '11/14/23', '23:59:00'],
  ['-te', '01/01/20'],
  ['-m', 'PATH'],
  ['-m', '!PATH'],
  ['-m', 'USER_LOGIN'],
  ['-m', 'USER_LOGIN,BPF_LSM_ACCESS'],
  ['-m', 'AVC'],
  ['--verdict', 'deny'],
  ['-m', 'PATH', '-ts', '11/15/23', '-f', 'late'],
])('finds the same with and without an index: %s %s', async (...options) => {
  const expected = await told(search, '-if', plain, '--raw', ...options);
  for (const folder of [indexed, packed])
    expect(await told(search, '-if', folder, '--raw', ...options)).toEqual(expected);
});

test('reports the same', async () => {
  for (const options of [
    ['-f', '-ts', '11/15/23'],
    ['--summary', '-ts', '11/15/23'],
    ['-e', '-te', '11/14/23'],
  ]) {
    const expected = await told(report, '-if', plain, ...options);
    for (const folder of [indexed, packed])
      expect((await told(report, '-if', folder, ...options)).out).toBe(expected.out);
  }
});

test('and so does the library', async () => {
  const paths = Array.from({ length: FILES }, (_, file) => nameOf(indexed, file));
  const serials: number[] = [];
  for await (const { serial } of searchApi({ paths, query: { types: [1427] } })) serials.push(serial);
  expect(serials).toEqual([3 * PER_FILE + 6]);
});

test('logs that hold nothing of it are not read', async () => {
  const paths = Array.from({ length: FILES }, (_, file) => nameOf(indexed, file));
  const none = { startSec: undefined, endSec: undefined, timeoutSec: 2, types: undefined };
  const kept = async (conditions: object): Promise<number[]> => {
    const input = { kind: 'files', paths } as const;
    const left = await indexedLogs(input, { ...none, ...conditions }, (index) => expect.fail(index));
    return left.kind === 'files' ? left.paths.map((log) => paths.indexOf(log)) : [];
  };
  expect(await kept({})).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  // The live log has no index. The neighbours of a log may hold the other records of its events.
  expect(await kept({ types: [1427] })).toEqual([2, 3, 4, 6, 7]);
  expect(
    await kept({ startSec: START + 3 * PER_FILE * 60 + 600, endSec: START + 3 * PER_FILE * 60 + 660 }),
  ).toEqual([3, 7]);
});

test.each([
  ['is of another log', (log: string) => writeFileSync(log, text(0) + text(1))],
  ['is damaged', (log: string) => writeFileSync(`${log}.idx`, '{"version":1,')],
])('an index that %s is told of, and not used', async (_what, spoil) => {
  const folder = mkdtempSync(path.join(top, 'stale-'));
  cpSync(indexed, folder, { recursive: true });
  spoil(path.join(folder, 'audit.log.2'));
  const { out, err } = await told(search, '-if', folder, '--raw', '-te', '11/15/23');
  expect(err).toBe(
    `bpfaudit search: ${path.join(folder, 'audit.log.2.idx')} is not of its log, and was not used; hint: delete it\n`,
  );
  for (const name of readdirSync(folder)) if (name.endsWith('.idx')) unlinkSync(path.join(folder, name));
  expect((await told(search, '-if', folder, '--raw', '-te', '11/15/23')).out).toBe(out);
});
