import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { LogCompressor } from '../../src/log/log-compressor.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const hasZstd = spawnSync('zstd', ['--version']).status === 0;
const why = hasZstd ? '' : ' (skipped: no zstd)';
const names = (folder: string): string[] => readdirSync(folder).toSorted();

test.skipIf(!hasZstd)(`rotated logs become small, and keep mode and content${why}`, async () => {
  using folder = temporaryFolder();
  const log = path.join(folder.path, 'audit.log');
  const text = 'type=UNKNOWN[1427] msg=audit(1.000:1): prog-id=7\n'.repeat(1000);
  for (const name of ['', '.1', '.2', '.1.bak']) writeFileSync(log + name, text);
  chmodSync(`${log}.2`, 0o400);
  await new LogCompressor(log).run();
  expect(names(folder.path)).toEqual(['audit.log', 'audit.log.1.bak', 'audit.log.1.zst', 'audit.log.2.zst']);
  expect(execFileSync('zstd', ['-dc', `${log}.2.zst`], { encoding: 'utf8' })).toBe(text);
  expect(statSync(`${log}.2.zst`).mode & 0o777).toBe(0o400);
  expect(statSync(`${log}.2.zst`).size).toBeLessThan(text.length / 10);
});

test.skipIf(!hasZstd)(`what a crash left is cleared up; the plain log is the true one${why}`, async () => {
  using folder = temporaryFolder();
  const log = path.join(folder.path, 'audit.log');
  writeFileSync(`${log}.1`, 'true\n');
  writeFileSync(`${log}.1.zst`, 'half');
  writeFileSync(`${log}.zst.tmp`, 'half');
  await new LogCompressor(log).run();
  expect(names(folder.path)).toEqual(['audit.log.1.zst']);
  expect(execFileSync('zstd', ['-dc', `${log}.1.zst`], { encoding: 'utf8' })).toBe('true\n');
});

/** A program in the place of zstd. */
function script(folder: string, body: string): string {
  const file = path.join(folder, 'fake-zstd');
  writeFileSync(file, `#!/bin/sh\n${body}\n`, { mode: 0o700 });
  return file;
}

test('a log that is rotated meanwhile keeps its number', async () => {
  using folder = temporaryFolder();
  using tools = temporaryFolder();
  const log = path.join(folder.path, 'audit.log');
  writeFileSync(`${log}.1`, 'one\n');
  const program = script(tools.path, `until [ -e ${tools.path}/go ]; do sleep 0.01; done; exec cat`);
  const running = new LogCompressor(log, program).run();
  renameSync(`${log}.1`, `${log}.2`);
  writeFileSync(`${log}.1`, 'two\n');
  writeFileSync(path.join(tools.path, 'go'), '');
  await running;
  expect(names(folder.path)).toEqual(['audit.log.1.zst', 'audit.log.2.zst']);
  expect(readFileSync(`${log}.2.zst`, 'utf8')).toBe('one\n');
  expect(readFileSync(`${log}.1.zst`, 'utf8')).toBe('two\n');
});

test.each(['/does/not/exist', 'exit 1', 'kill -9 $$'])('%s: the plain log stays', async (body) => {
  using folder = temporaryFolder();
  using tools = temporaryFolder();
  const log = path.join(folder.path, 'audit.log');
  writeFileSync(`${log}.1`, 'one\n');
  const program = body.startsWith('/') ? body : script(tools.path, body);
  await expect(new LogCompressor(log, program).run()).rejects.toMatchObject({ code: 'E_LOG_COMPRESS' });
  expect(names(folder.path)).toEqual(['audit.log.1']);
});

test('a daemon that ends does not wait for it: the plain logs stay', async () => {
  using folder = temporaryFolder();
  using tools = temporaryFolder();
  const log = path.join(folder.path, 'audit.log');
  for (const name of ['.1', '.2']) writeFileSync(log + name, 'one\n');
  const program = script(tools.path, `touch ${tools.path}/begun; exec sleep 1000`);
  const stop = new AbortController();
  const running = new LogCompressor(log, program).run(stop.signal);
  await expect.poll(() => existsSync(path.join(tools.path, 'begun'))).toBe(true);
  stop.abort();
  await running;
  expect(names(folder.path)).toEqual(['audit.log.1', 'audit.log.2']);
});
