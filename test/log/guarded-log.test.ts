import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DiskActionWord } from '../../src/log/disk-action.ts';
import { GuardedLog, type GuardedLogOptions } from '../../src/log/guarded-log.ts';
import type { LogPolicy } from '../../src/log/log-policy.ts';
import { auditLogRecords } from '../../src/log/log-record.ts';
import { FakeFileSystem } from '../helpers/fake-file-system.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const MIB = 1024 * 1024;
const PLENTY = { availableBytes: 1000 * MIB, availableBlocks: 100_000, totalBytes: 2000 * MIB };
const LITTLE = { ...PLENTY, availableBytes: 60 * MIB };
const POLICY: LogPolicy = {
  max_log_file: 1,
  max_log_file_action: { word: 'rotate' },
  num_logs: 3,
  space_left: { mib: 75 },
  space_left_action: { word: 'syslog' },
  admin_space_left: { mib: 50 },
  admin_space_left_action: { word: 'suspend' },
  disk_full_action: { word: 'suspend' },
  disk_error_action: { word: 'syslog' },
  action_mail_acct: 'root',
};

let folder: ReturnType<typeof temporaryFolder>;
let directory: string;
let file: string;
let disk: FakeFileSystem;
let effects: string[];

beforeEach(() => {
  folder = temporaryFolder();
  directory = path.join(folder.path, 'audit');
  file = path.join(directory, 'audit.log');
  mkdirSync(directory, { mode: 0o700 });
  disk = new FakeFileSystem();
  disk.space = PLENTY;
  effects = [];
});
afterEach(() => folder[Symbol.dispose]());

function open(policy: Partial<LogPolicy> = {}, more: Partial<GuardedLogOptions> = {}): GuardedLog {
  let serial = 0;
  let time = 0;
  return new GuardedLog(file, {
    policy: { ...POLICY, ...policy },
    effects: {
      syslog: () => effects.push('syslog'),
      email: (account) => effects.push(`email ${account}`),
      exec: (program) => effects.push(`exec ${program}`),
      single: () => effects.push('single'),
      halt: () => effects.push('halt'),
    },
    records: auditLogRecords({ serial: () => ++serial, clock: () => 1000 }),
    fs: disk.fs,
    clock: () => (time += 1000),
    ...more,
  });
}

/** One batch, as the daemon writes it. */
function batch(log: GuardedLog, text: string): void {
  log.ready();
  log.write(Buffer.from(text));
  log.settle();
}

const text = (name = 'audit.log'): string => readFileSync(path.join(directory, name), 'utf8');
/** The log with the daemon's own records as their op= word. */
const told = (): string[] =>
  text()
    .trimEnd()
    .split('\n')
    .map((line) => /op=(\S+)/.exec(line)?.[1] ?? line);

const action = (word: DiskActionWord): { word: DiskActionWord; program?: string } =>
  word === 'exec' ? { word, program: '/bin/free' } : { word };

describe('size', () => {
  test('a log that has reached max_log_file is rotated, and says so', () => {
    using log = open();
    batch(log, `${'x'.repeat(MIB)}\n`);
    batch(log, 'next\n');
    expect(readdirSync(directory).toSorted()).toEqual(['audit.log', 'audit.log.1']);
    expect(text()).toBe('type=DAEMON_ROTATE msg=audit(1.000:1): op=rotate-logs res=success\nnext\n');
    expect(log.counts).toMatchObject({ rotations: 1, lines: 2, lost: 0, waiting: 0 });
  });

  test.each<[DiskActionWord, string[]]>([
    ['ignore', []],
    ['syslog', ['syslog']],
    ['exec', ['syslog', 'exec /bin/free']],
  ])('%s is done once', (word, expected) => {
    using log = open({ max_log_file_action: action(word) });
    batch(log, `${'x'.repeat(MIB)}\n`);
    batch(log, 'next\n');
    expect(effects).toEqual(expected);
    expect(text().endsWith('\nnext\n')).toBe(true);
  });

  test('logs beyond num_logs are deleted at the start, for rotate only', () => {
    for (const number of [1, 2, 3, 7]) writeFileSync(`${file}.${number}`, '');
    open({ max_log_file_action: { word: 'keep_logs' } })[Symbol.dispose]();
    expect(readdirSync(directory)).toHaveLength(5);
    open()[Symbol.dispose]();
    expect(readdirSync(directory).toSorted()).toEqual(['audit.log', 'audit.log.1', 'audit.log.2']);
  });

  test('SIGUSR1 rotates at once, unless there is nothing to rotate to', () => {
    using log = open();
    batch(log, 'a\n');
    expect(log.rotate()).toBe(true);
    using alone = open({ num_logs: 1 });
    expect(alone.rotate()).toBe(false);
  });
});

describe('space', () => {
  test.each<[DiskActionWord, string[]]>([
    ['ignore', []],
    ['syslog', ['syslog']],
    ['email', ['syslog', 'email root']],
    ['exec', ['syslog', 'exec /bin/free']],
    ['single', ['syslog', 'single']],
    ['halt', ['syslog', 'halt']],
    ['suspend', ['syslog']],
  ])('%s is done once, and again after there was enough', (word, expected) => {
    using log = open({ space_left_action: action(word) });
    disk.space = LITTLE;
    batch(log, 'a\n');
    batch(log, 'b\n');
    expect(effects).toEqual(expected);
    expect(log.suspended).toBe(word === 'suspend');
    if (word === 'suspend') return;
    disk.space = PLENTY;
    batch(log, 'c\n');
    disk.space = LITTLE;
    batch(log, 'd\n');
    expect(effects).toEqual([...expected, ...expected]);
    expect(told()).toEqual(['a', 'disk-space', 'b', 'c', 'disk-space', 'd']);
  });

  test('rotate deletes no history for a log that is small', () => {
    using log = open({ max_log_file: 8, space_left_action: { word: 'rotate' } });
    disk.space = LITTLE;
    batch(log, 'a\n');
    expect(log.counts.rotations).toBe(0);
    batch(log, `${'x'.repeat(MIB)}\n`);
    expect(log.counts.rotations).toBe(1);
  });
});

describe('suspend and resume', () => {
  test('lines wait in memory and are written in order', () => {
    using log = open({ space_left_action: { word: 'suspend' } });
    disk.space = LITTLE;
    batch(log, '1\n');
    batch(log, '2\n3\n');
    batch(log, '4\n');
    expect(text()).toBe('1\n');
    expect(log.place()).toBeUndefined();
    expect(log.counts).toMatchObject({ waiting: 3, lost: 0 });
    disk.space = PLENTY;
    log.resume();
    batch(log, '5\n');
    expect(told()).toEqual(['1', 'disk-space', 'log-suspended', '2', '3', '4', 'resume-logging', '5']);
    expect(log.counts).toMatchObject({ waiting: 0, lost: 0, lines: 5 });
  });

  test('what finds no room in memory is counted, and a record where it is missing', () => {
    using log = open({ space_left_action: { word: 'suspend' } }, { queueBytes: 6 });
    disk.space = LITTLE;
    batch(log, '1\n');
    for (const line of ['2\n', '3\n', '4444\n', '5\n']) batch(log, line);
    expect(log.counts).toMatchObject({ waiting: 2, lost: 2 });
    disk.space = PLENTY;
    log.resume();
    batch(log, '6\n');
    expect(told().slice(3)).toEqual(['2', '3', 'log-lines-lost', 'resume-logging', '6']);
    expect(text()).toContain(
      'type=DAEMON_ERR msg=audit(1.000:3): op=log-lines-lost where=queue lost=2 res=failed',
    );
    expect(log.counts).toMatchObject({ lines: 4, lost: 2, waiting: 0 });
  });

  test('what waits is a copy: the memory of a batch is used again', () => {
    using log = open({ space_left_action: { word: 'suspend' } });
    disk.space = LITTLE;
    batch(log, '1\n');
    const memory = Buffer.from('2\n');
    log.write(memory);
    memory.fill(0);
    log.resume();
    expect(told().at(-2)).toBe('2');
  });

  test('who watches knows how many lines are in memory only', () => {
    using log = open({ space_left_action: { word: 'suspend' } });
    const held: number[] = [];
    log.watchHeld((count) => held.push(count));
    disk.space = LITTLE;
    batch(log, '1\n');
    batch(log, '2\n3\n');
    disk.space = PLENTY;
    log.resume();
    expect(held).toEqual([2, 0]);
  });
});

describe('a full disk', () => {
  test.each<[DiskActionWord, string[]]>([
    ['ignore', []],
    ['syslog', ['syslog']],
    ['exec', ['syslog', 'exec /bin/free']],
    ['single', ['syslog', 'single']],
    ['halt', ['syslog', 'halt']],
  ])('%s: the log goes on by itself when there is room, and nothing is lost', (word, expected) => {
    using log = open({ disk_full_action: action(word) });
    batch(log, 'first\n');
    disk.room = 3;
    batch(log, 'second\n');
    batch(log, 'third\n');
    expect(text()).toBe('first\n');
    expect(effects).toEqual(expected);
    disk.room = Infinity;
    batch(log, 'fourth\n');
    expect(told()).toEqual(['first', 'disk-space', 'second', 'third', 'resume-logging', 'fourth']);
    expect(log.counts).toMatchObject({ lost: 0, lines: 4 });
  });

  test('suspend: only SIGUSR2 makes it go on', () => {
    using log = open();
    disk.room = 0;
    batch(log, 'a\n');
    disk.room = Infinity;
    batch(log, 'b\n');
    expect(text()).toBe('');
    expect(effects).toEqual(['syslog']);
    log.resume();
    expect(told()).toEqual(['disk-space', 'log-suspended', 'a', 'b', 'resume-logging']);
  });

  test('it goes on without a new batch, too', () => {
    using log = open({ disk_full_action: { word: 'ignore' } });
    disk.room = 0;
    batch(log, 'a\n');
    disk.room = Infinity;
    log.settle();
    expect(told()).toEqual(['disk-space', 'a', 'resume-logging']);
  });
});

describe('a disk that fails', () => {
  test.each<[DiskActionWord, string[]]>([
    ['ignore', []],
    ['syslog', ['syslog', 'syslog', 'syslog', 'syslog', 'syslog']],
    ['exec', ['syslog', 'exec /bin/free']],
    ['halt', ['syslog', 'halt']],
  ])('%s, with an end to being told', (word, expected) => {
    using log = open({ disk_error_action: action(word) });
    disk.failing.write = 'EIO';
    for (let i = 0; i < 10; i++) batch(log, `${i}\n`);
    expect(effects).toEqual(expected);
    delete disk.failing.write;
    batch(log, 'end\n');
    expect(told()).toEqual(['disk-error', ...Array.from('0123456789'), 'resume-logging', 'end']);
    expect(log.counts.lost).toBe(0);
  });

  test('a file that is deleted while no new one can be opened', () => {
    using log = open();
    batch(log, '1\n');
    rmSync(file);
    disk.failing.open = 'EROFS';
    batch(log, '2\n');
    delete disk.failing.open;
    batch(log, '3\n');
    expect(told()).toEqual(['disk-error', 'log-file-replaced', '2', 'resume-logging', '3']);
    expect(log.counts).toMatchObject({ lost: 0, lines: 3 });
  });

  test('a folder that becomes a link is a failure, and nothing goes there', () => {
    using log = open({ disk_error_action: { word: 'ignore' } });
    batch(log, '1\n');
    renameSync(directory, `${directory}.old`);
    mkdirSync(path.join(folder.path, 'elsewhere'));
    symlinkSync(path.join(folder.path, 'elsewhere'), directory);
    batch(log, '2\n');
    expect(readdirSync(path.join(folder.path, 'elsewhere'))).toEqual([]);
    rmSync(directory);
    renameSync(`${directory}.old`, directory);
    batch(log, '3\n');
    expect(told()).toEqual(['1', 'disk-error', '2', 'resume-logging', '3']);
  });
});
