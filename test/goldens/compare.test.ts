import { describe, expect, test } from 'vitest';
import type { CaseRun } from '../kernel/goldens/case-run.ts';
import { compareCase } from '../kernel/goldens/compare.ts';
import type { Golden } from '../kernel/goldens/golden-file.ts';

const GOLDEN: Golden = {
  name: 'example',
  programs: [{ name: 's_file', section: 'lsm/file_open', id: 34 }],
  pid: 80,
  records: [
    { type: 1427, text: 'prog-id=34 pid=80 comm="orc" cause="file" path="/proc/80/x" dev="proc" ino=3' },
    { type: 1300, text: 'arch=c000003e syscall=257' },
  ],
  returnCodes: new Map([
    [0, 0],
    [1, -22],
  ]),
  hits: 1,
  errno: 'EPERM',
};

const RUN: CaseRun = {
  name: 'example',
  programIds: { s_file: 7 },
  trigger: { trigger: 'open', child: 412, status: 0, result: -1, errno: 'EPERM', ino: 91 },
  records: ['prog-id=7 pid=412 comm="orc" cause="file" path="/proc/412/x" dev="proc" ino=91'],
  hits: 1,
  startNull: 0,
  returnCodes: { 0: 0, 1: -22 },
};

function withRecord(from: string, to: string): CaseRun {
  return { ...RUN, records: RUN.records.map((text) => text.replace(from, to)) };
}

describe('a run agrees with its golden', () => {
  test('when only ids, pids and inodes differ, and are those that were reported', () => {
    expect(compareCase(GOLDEN, RUN)).toEqual([]);
  });

  test.each([
    ['the id of another program', 'prog-id=7 ', 'prog-id=8 '],
    ['the pid of another task', 'pid=412', 'pid=411'],
    ['another inode', 'ino=91', 'ino=92'],
    ['a lost byte', 'cause="file"', 'cause="fil"'],
    ['a space at the end', 'ino=91', 'ino=91 '],
  ])('but not with %s', (_what, from, to) => {
    expect(compareCase(GOLDEN, withRecord(from, to))[0]).toBe('record 1 differs:');
  });
});

describe('the report', () => {
  test('points at the byte where the texts part', () => {
    expect(compareCase(GOLDEN, withRecord('cause="file"', 'cause="fine"'))).toEqual([
      'record 1 differs:',
      '  expected prog-id=<s_file> pid=<pid> comm="orc" cause="file" path="/proc/<pid>/x" dev="proc" ino=<ino>|',
      '  got      prog-id=<s_file> pid=<pid> comm="orc" cause="fine" path="/proc/<pid>/x" dev="proc" ino=<ino>|',
      `           ${' '.repeat(47)}^ byte 47`,
    ]);
  });

  test('names a record that is missing and one that is too many', () => {
    expect(compareCase(GOLDEN, { ...RUN, records: [] })[0]).toBe('record 1 is missing:');
    expect(compareCase(GOLDEN, { ...RUN, records: [...RUN.records, 'x'] })[0]).toBe(
      'record 2 is one too many:',
    );
  });

  test('shows return codes, the result of the call, hits and a NULL context', () => {
    expect(compareCase(GOLDEN, { ...RUN, returnCodes: { 0: 0 } })).toEqual([
      'return codes differ:',
      '  expected [0]=0 [1]=-22',
      '  got      [0]=0',
    ]);
    const { errno: _errno, ...succeeded } = RUN.trigger;
    expect(compareCase(GOLDEN, { ...RUN, trigger: succeeded })[0]).toBe('the system call ended differently:');
    expect(compareCase(GOLDEN, { ...RUN, hits: 2, startNull: 1 })).toHaveLength(2);
  });

  test('says that a trigger could not be made', () => {
    const trigger = { ...RUN.trigger, status: 256, error: 'mount: No such device' };
    expect(compareCase(GOLDEN, { ...RUN, trigger })[0]).toBe(
      'the trigger could not be made: mount: No such device',
    );
  });
});

function golden(text: string): Golden {
  return { ...GOLDEN, records: [{ type: 1427, text }] };
}

function run(text: string, trigger: Partial<CaseRun['trigger']>): CaseRun {
  return { ...RUN, records: [text], trigger: { ...RUN.trigger, ...trigger } };
}

describe('masking', () => {
  test('keeps a port that the trigger asked for', () => {
    const text = 'prog-id=34 pid=80 comm="orc" laddr=::1 lport=1234';
    const got = 'prog-id=7 pid=412 comm="orc" laddr=::1 lport=';
    expect(compareCase(golden(text), run(`${got}1234`, { lport: 1234 }))).toEqual([]);
    expect(compareCase(golden(text), run(`${got}1235`, { lport: 1235 }))).not.toEqual([]);
  });

  test('knows ports and names that the kernel chose', () => {
    expect(
      compareCase(
        golden('prog-id=34 pid=80 comm="orc" laddr=::1 lport=47368'),
        run('prog-id=7 pid=412 comm="orc" laddr=::1 lport=50001', { lport: 50_001 }),
      ),
    ).toEqual([]);
    const autobound = golden('prog-id=34 pid=80 comm="orc" path=006165326137');
    const got = 'prog-id=7 pid=412 comm="orc" path=003030303031';
    expect(compareCase(autobound, run(got, { autobound: '00001' }))).toEqual([]);
    expect(compareCase(autobound, run(got, { autobound: '00002' }))).not.toEqual([]);
  });

  test('tells the acting task from the other one', () => {
    const text = 'prog-id=34 pid=80 comm="orc" opid=81 ocomm="kid"';
    const got = 'prog-id=7 pid=412 comm="orc" opid=413 ocomm="kid"';
    expect(compareCase(golden(text), run(got, { opid: 413 }))).toEqual([]);
    expect(compareCase(golden(text), run(got.replace('413', '412'), { opid: 413 }))).not.toEqual([]);
  });
});
