import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DiskActionWord } from '../../src/log/disk-action.ts';
import { GuardedLog } from '../../src/log/guarded-log.ts';
import { auditLogRecords } from '../../src/log/log-record.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

/** Whether this machine lets us mount a small file system. */
function canMount(): boolean {
  using folder = temporaryFolder();
  if (!mount(folder.path)) return false;
  spawnSync('umount', [folder.path]);
  return true;
}

function mount(target: string): boolean {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m,mode=0700', 'tmpfs', target]).status === 0;
}

const line = (n: number): string => `line ${n} ${'x'.repeat(1000)}`;
const possible = process.geteuid?.() === 0 && canMount();
const why = possible ? '' : ' (skipped: needs root and mount)';

const batch = (log: GuardedLog, from: number, count: number): void => {
  const lines = Array.from({ length: count }, (_, i) => `${line(from + i)}\n`).join('');
  log.ready();
  log.write(Buffer.from(lines));
  log.settle();
};

describe.skipIf(!possible)(`a real file system of 2 MiB${why}`, () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let directory: string;
  let serial = 0;

  beforeEach(() => {
    folder = temporaryFolder();
    directory = path.join(folder.path, 'audit');
    mkdirSync(directory);
    mount(directory);
  });
  afterEach(() => {
    spawnSync('umount', ['-l', directory]);
    folder[Symbol.dispose]();
  });

  const open = (word: DiskActionWord): GuardedLog =>
    new GuardedLog(path.join(directory, 'audit.log'), {
      policy: {
        max_log_file: 1,
        max_log_file_action: { word: 'rotate' },
        num_logs: 3,
        space_left: { mib: 0 },
        space_left_action: { word: 'ignore' },
        admin_space_left: { mib: 0 },
        admin_space_left_action: { word: 'ignore' },
        disk_full_action: { word },
        disk_error_action: { word: 'ignore' },
        action_mail_acct: 'root',
      },
      effects: {
        syslog: () => undefined,
        email: () => undefined,
        exec: () => undefined,
        single: () => undefined,
        halt: () => undefined,
      },
      records: auditLogRecords({ serial: () => ++serial, clock: () => 1000 }),
      queueBytes: 256 * 1024,
    });

  const written = (): string[] =>
    readdirSync(directory)
      .filter((name) => name.startsWith('audit.log'))
      .toSorted()
      .toReversed()
      .flatMap((name) => readFileSync(path.join(directory, name), 'utf8').trimEnd().split('\n'));

  test('ignore: it goes on when there is room, and what is missing is counted where it is missing', () => {
    writeFileSync(path.join(directory, 'other'), Buffer.alloc(1_500_000));
    using log = open('ignore');
    for (let i = 0; i < 100; i++) batch(log, i * 10, 10);
    const { lines, waiting, lost } = log.counts;
    expect(lines + waiting + lost).toBe(1000);
    expect(waiting).toBeGreaterThan(0);
    expect(lost).toBeGreaterThan(0);
    rmSync(path.join(directory, 'other'));
    batch(log, 1000, 10);
    expect(log.counts).toMatchObject({ lines: 1010 - lost, waiting: 0, lost });
    const text = written().filter((one) => !one.includes('op=disk-space') && !one.includes('op=rotate'));
    const gap = text.findIndex((one) => one.includes('op=log-lines-lost'));
    expect(text[gap]).toContain(`lost=${lost} `);
    expect(text.slice(0, gap)).toEqual(Array.from({ length: gap }, (_, i) => line(i)));
    expect(text.slice(gap + 2)).toEqual(Array.from({ length: 10 }, (_, i) => line(1000 + i)));
    expect(gap).toBe(1000 - lost);
  });

  test('rotate: the oldest make room, and the newest lines are there without a gap', () => {
    using log = open('rotate');
    for (let i = 0; i < 400; i++) batch(log, i * 10, 10);
    expect(log.counts).toMatchObject({ lost: 0, lines: 4000 });
    const text = written().filter((one) => one.startsWith('line'));
    expect(text.length).toBeGreaterThan(500);
    expect(text).toEqual(Array.from({ length: text.length }, (_, i) => line(4000 - text.length + i)));
  });

  test('a file system that is taken away: the log goes on in the folder beneath, and says so', () => {
    using log = open('ignore');
    batch(log, 0, 1);
    spawnSync('umount', ['-l', directory]);
    batch(log, 1, 1);
    expect(log.counts.lost).toBe(0);
    // the folder below is another one, and the log says so in it
    const text = readFileSync(path.join(directory, 'audit.log'), 'utf8');
    expect(text).toContain('op=log-folder-replaced');
    expect(text).toContain(line(1));
  });
});
