import { beforeEach, describe, expect, test } from 'vitest';
import type { DiskActionWord } from '../../src/log/disk-action.ts';
import type { LogEvent } from '../../src/log/log-event.ts';
import type { LogPolicy } from '../../src/log/log-policy.ts';
import { LogTrouble } from '../../src/log/log-trouble.ts';

const MIB = 1024 * 1024;
const POLICY: LogPolicy = {
  max_log_file: 8,
  max_log_file_action: { word: 'syslog' },
  num_logs: 3,
  space_left: { mib: 75 },
  space_left_action: { word: 'syslog' },
  admin_space_left: { mib: 50 },
  admin_space_left_action: { word: 'email' },
  disk_full_action: { word: 'ignore' },
  disk_error_action: { word: 'exec', program: '/usr/bin/page' },
  action_mail_acct: 'root',
};

let done: string[];
let told: string[];
beforeEach(() => {
  done = [];
  told = [];
});

function tell(event: LogEvent): void {
  told.push('level' in event ? `${event.kind} ${event.level}` : event.kind);
}

function trouble(policy: Partial<LogPolicy> = {}): LogTrouble {
  const effects = {
    syslog: (line: string) => void done.push(line),
    email: (account: string) => void done.push(`email ${account}`),
    exec: (program: string) => void done.push(`exec ${program}`),
    single: () => void done.push('single'),
    halt: () => void done.push('halt'),
  };
  return new LogTrouble({ ...POLICY, ...policy }, effects, tell);
}

function space(mib: number): Parameters<LogTrouble['look']>[0] {
  return { availableBytes: mib * MIB, availableBlocks: mib * 256, totalBytes: 1000 * MIB };
}

function ofSystem(code: string): Error {
  return Object.assign(new Error(code), { code });
}

describe('space', () => {
  test('each limit is told once, and that there is enough again', () => {
    const log = trouble();
    for (const mib of [100, 60, 60, 40, 40, 100]) expect(log.look(space(mib))).toBe(false);
    expect(told).toEqual(['space space_left', 'space admin_space_left', 'space enough']);
    expect(done).toEqual([
      'bpfauditd: 60 MiB are left for the log (space_left): syslog',
      'bpfauditd: 40 MiB are left for the log (admin_space_left): email',
      'email root',
    ]);
  });

  test('rotate asks for a rotation each time, and keeps no other warning back', () => {
    const log = trouble({ space_left_action: { word: 'rotate' } });
    expect([log.look(space(40)), log.look(space(40))]).toEqual([true, true]);
    expect(told).toEqual(['space space_left', 'space admin_space_left']);
    expect(done.at(-1)).toBe('email root');
  });
});

test('a log that is too large is told once, until it was small', () => {
  const log = trouble();
  log.large();
  log.large();
  log.small();
  log.large();
  expect(done).toEqual(Array(2).fill('bpfauditd: the log has reached 8 MiB (max_log_file): syslog'));
});

describe('a failure', () => {
  test('is acted on once, until lines are written again', () => {
    const log = trouble();
    for (const _ of [1, 2]) expect(log.failed(ofSystem('EIO'))).toBe(false);
    log.wrote();
    log.failed(ofSystem('EIO'));
    expect(told).toEqual(['error', 'error']);
    expect(done.filter((what) => what.startsWith('exec'))).toEqual(Array(2).fill('exec /usr/bin/page'));
    expect(log.errors).toBe(3);
  });

  test('goes to syslog five times', () => {
    const log = trouble({ disk_error_action: { word: 'syslog' } });
    for (let i = 0; i < 9; i++) log.failed(ofSystem('EIO'));
    expect(done).toHaveLength(5);
    log.resume();
    log.failed(ofSystem('EIO'));
    expect(done).toHaveLength(6);
  });

  test.each<[DiskActionWord, boolean, boolean]>([
    ['ignore', false, false],
    ['rotate', true, false],
    ['suspend', false, true],
  ])('no room: %s', (word, rotates, suspends) => {
    const log = trouble({ disk_full_action: { word } });
    expect(log.failed(ofSystem('ENOSPC'))).toBe(rotates);
    expect(log.suspended).toBe(suspends);
    log.resume();
    expect(log.suspended).toBe(false);
  });
});
