import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LogEvent } from '../../src/log/log-event.ts';
import { LogFile, type LogFileOptions } from '../../src/log/log-file.ts';
import { LogFolder } from '../helpers/log-folder.ts';

let folder: LogFolder;
let directory: string;
let file: string;
let events: readonly LogEvent[];
const isRoot = process.geteuid?.() === 0;

beforeEach(() => {
  folder = new LogFolder();
  ({ directory, file, events } = folder);
});
afterEach(() => folder[Symbol.dispose]());

const open = (options: LogFileOptions = {}): LogFile => folder.open(options);

test('a mode that somebody loosened is tightened', () => {
  writeFileSync(file, 'a\n', { mode: 0o666 });
  chmodSync(file, 0o666);
  using log = open();
  expect(log.size).toBe(2);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

describe('what was left by a crash', () => {
  test.each([
    ['whole\ntor', 'whole\n', 3],
    ['torn only', '', 9],
    [`whole\n${'\0'.repeat(5000)}`, 'whole\n', 5000],
    [`a\n${'x'.repeat(200_000)}`, 'a\n', 200_000],
  ])('an unfinished line is cut off and said', (before, after, bytes) => {
    writeFileSync(file, before, { mode: 0o600 });
    using log = open();
    expect(readFileSync(file, 'utf8')).toBe(after);
    expect(log.size).toBe(after.length);
    expect(events).toEqual([{ kind: 'repaired', bytes }]);
  });

  test('a whole log stays as it is', () => {
    writeFileSync(file, 'a\nb\n', { mode: 0o600 });
    using log = open();
    expect(log.size).toBe(4);
    expect(events).toEqual([]);
  });
});

describe('what is not ours', () => {
  test('a symbolic link in the place of the log', () => {
    writeFileSync(folder.victim, 'precious');
    symlinkSync(folder.victim, file);
    expect(() => open()).toThrow(/ELOOP/);
    expect(() => open({ strict: false })).toThrow(/ELOOP/);
    expect(readFileSync(folder.victim, 'utf8')).toBe('precious');
  });

  test('a second name of another file', () => {
    writeFileSync(folder.victim, 'precious');
    linkSync(folder.victim, file);
    expect(() => open()).toThrow(expect.objectContaining({ code: 'E_LOG_UNSAFE' }));
    expect(readFileSync(folder.victim, 'utf8')).toBe('precious');
  });

  test('a folder in its place, and a link in place of the folder', () => {
    mkdirSync(file);
    expect(() => open()).toThrow(/EISDIR/);
    rmSync(directory, { recursive: true });
    mkdirSync(folder.victim);
    symlinkSync(folder.victim, directory);
    expect(() => open()).toThrow(expect.objectContaining({ code: 'E_LOG' }));
    expect(readdirSync(folder.victim)).toEqual([]);
  });

  test('a folder that others can write to, or one above it', () => {
    chmodSync(directory, 0o777);
    expect(() => open()).toThrow(/others can write to/);
    chmodSync(directory, 0o1777);
    expect(() => open()).toThrow(/others can write to/);
    chmodSync(directory, 0o700);
    chmodSync(folder.parent, 0o777);
    expect(() => open()).toThrow(/others can write to/);
    chmodSync(folder.parent, 0o700);
    open()[Symbol.dispose]();
  });

  test.skipIf(!isRoot)('a file or a folder of somebody else (needs root)', () => {
    writeFileSync(file, '');
    chownSync(file, 12345, 0);
    expect(() => open()).toThrow(/belongs to uid 12345/);
    rmSync(file);
    chownSync(directory, 12345, 0);
    expect(() => open()).toThrow(/belongs to uid 12345/);
  });

  test('a pipe, without waiting for a reader', async () => {
    const { execFileSync } = await import('node:child_process');
    execFileSync('mkfifo', ['-m', '600', file]);
    expect(() => open()).toThrow(/no regular file/);
  });
});
