import {
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LogEvent } from '../../src/log/log-event.ts';
import { LogFile, type LogFileOptions } from '../../src/log/log-file.ts';
import { FakeFileSystem } from '../helpers/fake-file-system.ts';
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
const lines = (text: string): Uint8Array => Buffer.from(text);
const mode = (name: string): number => statSync(path.join(directory, name)).mode & 0o777;

const flushed = (options: LogFileOptions, batches: number): string[] => {
  const disk = new FakeFileSystem();
  using log = open({ ...options, fs: disk.fs });
  disk.done.length = 0;
  for (let i = 0; i < batches; i++) log.write(lines('a\nb\n'));
  return disk.done.filter((name) => name.startsWith('sync'));
};

describe('modes', () => {
  test('the log is 0600, rotated ones 0400', () => {
    using log = open();
    log.write(lines('a\n'));
    expect(log.rotate(3)).toBe(true);
    expect([mode('audit.log'), mode('audit.log.1')]).toEqual([0o600, 0o400]);
  });

  test.skipIf(!isRoot)('log_group: 0640, 0440 and 0750, of the group (needs root)', () => {
    using log = open({ gid: 12345 });
    log.write(lines('a\n'));
    log.rotate(3);
    expect([mode('audit.log'), mode('audit.log.1'), mode('.')]).toEqual([0o640, 0o440, 0o750]);
    for (const name of ['audit.log', 'audit.log.1', '.']) {
      expect(statSync(path.join(directory, name)).gid, name).toBe(12345);
    }
  });
});

describe('rotation', () => {
  test('num_logs files stay, the newest lines in the lowest', () => {
    using log = open();
    for (const text of ['1', '2', '3', '4', '5']) {
      log.write(lines(`${text}\n`));
      log.rotate(3);
    }
    log.write(lines('6\n'));
    const read = Object.fromEntries(
      readdirSync(directory).map((name) => [name, readFileSync(path.join(directory, name), 'utf8')]),
    );
    expect(read).toEqual({ 'audit.log': '6\n', 'audit.log.1': '5\n', 'audit.log.2': '4\n' });
    expect(events.filter(({ kind }) => kind === 'rotated')).toHaveLength(5);
  });

  test('keep_logs keeps all', () => {
    using log = open();
    for (const text of ['1', '2', '3']) {
      log.write(lines(`${text}\n`));
      log.keep();
    }
    expect(readdirSync(directory).toSorted()).toEqual([
      'audit.log',
      'audit.log.1',
      'audit.log.2',
      'audit.log.3',
    ]);
  });

  test('a rotation that fails half-way goes on writing', () => {
    const disk = new FakeFileSystem();
    using log = open({ fs: disk.fs });
    log.write(lines('1\n'));
    disk.failing.rename = 'EIO';
    expect(() => log.rotate(3)).toThrow(/rotate log .*EIO/);
    delete disk.failing.rename;
    log.ready();
    log.write(lines('2\n'));
    expect(readFileSync(file, 'utf8')).toBe('1\n2\n');
  });
});

describe('under the hands of others', () => {
  test('a log that is deleted is made anew before the next batch', () => {
    using log = open();
    log.write(lines('1\n'));
    rmSync(file);
    log.ready();
    log.write(lines('2\n'));
    expect(readFileSync(file, 'utf8')).toBe('2\n');
    expect(mode('audit.log')).toBe(0o600);
    expect(events).toEqual([{ kind: 'replaced', what: 'file' }]);
  });

  test('a log that is replaced by another file of somebody is refused, every time', () => {
    using log = open();
    log.write(lines('1\n'));
    writeFileSync(folder.victim, 'precious');
    rmSync(file);
    linkSync(folder.victim, file);
    for (let i = 0; i < 3; i++) expect(() => log.ready()).toThrow(/second name/);
    expect(readFileSync(folder.victim, 'utf8')).toBe('precious');
    rmSync(file);
    log.ready();
    log.write(lines('2\n'));
    expect(readFileSync(file, 'utf8')).toBe('2\n');
  });

  test('a log that is moved away keeps its lines; the next ones go to a new one', () => {
    using log = open();
    log.write(lines('1\n'));
    renameSync(file, `${file}.moved`);
    log.ready();
    log.write(lines('2\n'));
    expect(readFileSync(`${file}.moved`, 'utf8') + readFileSync(file, 'utf8')).toBe('1\n2\n');
  });

  test('a folder that is removed is made anew', () => {
    using log = open();
    log.write(lines('1\n'));
    rmSync(directory, { recursive: true });
    log.ready();
    log.write(lines('2\n'));
    expect(readFileSync(file, 'utf8')).toBe('2\n');
    expect(mode('.')).toBe(0o700);
    expect(events).toEqual([{ kind: 'replaced', what: 'folder' }]);
  });

  test('a folder that is replaced by a link leads nowhere', () => {
    using log = open();
    const elsewhere = path.join(folder.parent, 'elsewhere');
    mkdirSync(elsewhere);
    renameSync(directory, `${directory}.old`);
    symlinkSync(elsewhere, directory);
    expect(() => log.ready()).toThrow(expect.objectContaining({ code: 'E_LOG' }));
    // who rotates between two looks stays in the folder that was opened
    log.write(lines('1\n'));
    log.rotate(3);
    expect(readdirSync(elsewhere)).toEqual([]);
    expect(readdirSync(`${directory}.old`).toSorted()).toEqual(['audit.log', 'audit.log.1']);
  });
});

describe('flush', () => {
  test('incremental flushes every freq records', () => {
    expect(flushed({ flush: 'incremental', freq: 4 }, 5)).toEqual(['sync', 'sync']);
    expect(flushed({ flush: 'none' }, 5)).toEqual([]);
  });

  test('incremental_async hands it to another thread, one at a time', () => {
    expect(flushed({ flush: 'incremental_async', freq: 2 }, 5)).toEqual(['syncLater']);
  });

  test.each([
    ['data', 0o10000],
    ['sync', 0o4010000],
  ] as const)('%s asks the kernel to wait for the disk in every write', (flush, flag) => {
    using log = open({ flush });
    log.write(lines('a\n'));
    const fds = readdirSync('/proc/self/fdinfo').flatMap((fd) => {
      try {
        return readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8').includes(`ino:\t${log.place()!.ino}\n`)
          ? [Number.parseInt(/flags:\s*(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))![1]!, 8)]
          : [];
      } catch {
        return [];
      }
    });
    expect(fds.map((flags) => flags & 0o4010000)).toEqual([flag]);
  });
});

describe('disk errors', () => {
  test('a write that fails half-way leaves no half line', () => {
    const disk = new FakeFileSystem();
    using log = open({ fs: disk.fs });
    log.write(lines('first\n'));
    disk.room = 3;
    expect(() => log.write(lines('second\n'))).toThrow(/write log .*ENOSPC/);
    expect(readFileSync(file, 'utf8')).toBe('first\n');
    disk.room = Infinity;
    log.write(lines('third\n'));
    expect(readFileSync(file, 'utf8')).toBe('first\nthird\n');
  });

  test('a failed flush is an error of the write', () => {
    const disk = new FakeFileSystem();
    using log = open({ fs: disk.fs, flush: 'incremental', freq: 1 });
    disk.failing.sync = 'EIO';
    expect(() => log.write(lines('a\n'))).toThrow(/EIO/);
    expect(readFileSync(file, 'utf8')).toBe('');
    delete disk.failing.sync;
  });
});
