import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { recordTypeEntries, stockRecordTypeName } from '../../src/audit/tables/record-types.ts';
import { syscallEntries } from '../../src/audit/tables/syscalls.ts';
import { command as report } from '../../src/cli/report.ts';
import { command as search } from '../../src/cli/search.ts';
import type { Command } from '../../src/cli/command.ts';

process.env['TZ'] = 'UTC';
const FIXTURES = path.resolve(import.meta.dirname, '../fixtures');
/** Records of a kernel that writes them itself, and a log that bpfaudit wrote in the guest. */
const LOGS = [
  path.join(FIXTURES, 'audit/bpf-lsm-kernel-7.2.log'),
  path.join(FIXTURES, 'joined/audit.log'),
] as const;
const version = spawnSync('ausearch', ['--version'], { encoding: 'utf8' }).stdout ?? '';
const skipped = version.includes('3.0.9') ? undefined : 'auditd 3.0.9 is not installed here';

const folder = mkdtempSync(path.join(tmpdir(), 'bpfaudit-live-'));
afterAll(() => rmSync(folder, { recursive: true }));

function stamp(serial: number): string {
  return `msg=audit(1700000000.000:${serial}): `;
}

/** USER_AVC has a grammar of its own, and ids of TRUSTED_APP are no ids; renaming has more paths. */
const ODD_TYPES: ReadonlySet<number> = new Set([1107, 1121]);

/** An event for each type of record, and one for each system call, in the form in which they mostly come. */
function everything(): string {
  const TASK =
    'ppid=1 pid=2 auid=0 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=x ses=1 comm="x" exe="/x" key=(null)';
  const types = recordTypeEntries()
    .filter(
      ([type]) =>
        stockRecordTypeName(type) !== undefined && type >= 1100 && type < 1200 && !ODD_TYPES.has(type),
    )
    .map(
      ([type, name]) =>
        `type=${name} ${stamp(type)}pid=1 uid=0 auid=0 ses=1 subj=x msg='op=x acct="root" exe="/x" hostname=? addr=? terminal=x res=success'\n`,
    );
  const calls = syscallEntries('x86_64')
    .filter(([number, name]) => number < 440 && !name.startsWith('rename'))
    .map(
      ([number]) =>
        `type=SYSCALL ${stamp(5000 + number)}arch=c000003e syscall=${number} success=yes exit=0 a0=0 a1=0 a2=0 a3=0 items=1 ${TASK}\n` +
        `type=CWD ${stamp(5000 + number)}cwd="/"\n` +
        `type=PATH ${stamp(5000 + number)}item=0 name="/" inode=2 dev=fd:00 mode=040755 ouid=0 ogid=0 rdev=00:00 nametype=PARENT\n` +
        `type=PATH ${stamp(5000 + number)}item=1 name="/f" inode=1 dev=fd:00 mode=0100644 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL\n`,
    );
  return types.join('') + calls.join('');
}

async function ours(command: Command, argv: readonly string[]): Promise<string> {
  let text = '';
  const write = (chunk: string | Uint8Array): void => {
    text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('latin1');
  };
  const env = { LC_ALL: 'C' };
  await command.run(argv, {
    stdout: { write },
    stderr: { write: () => {} },
    env,
    signal: new AbortController().signal,
  });
  return text;
}

function theirs(tool: string, argv: readonly string[]): string {
  const env = { ...process.env, TZ: 'UTC', LC_ALL: 'C' };
  return spawnSync(tool, argv, {
    encoding: 'latin1',
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 20_000,
  }).stdout;
}

describe.skipIf(skipped !== undefined).each(LOGS)(
  `the real tools${skipped === undefined ? '' : ` (${skipped})`} on %s`,
  (LOG) => {
    test.each([
      ['-m 1427 --raw'],
      ['-m 1427'],
      ['--raw'],
      ['-m SYSCALL --format csv --extra-keys --extra-labels --extra-obj2 --extra-time'],
      ['--format text'],
      ['-a 123 --raw'],
      ['-sc openat --raw'],
      ['-e EACCES --raw'],
      ['-e -13 --raw'],
      ['-sv no --raw'],
      ['-p 83 --raw'],
      ['-x golden --raw'],
      ['-x /golden -w --raw'],
      ['-c orc -ui 0 --raw'],
      ['-ua root --raw'],
      ['-ul -1 --raw'],
      ['-gi 0 -ge 0 --raw'],
      ['--session 4294967295 --raw'],
      ['-ts 11/20/26 -te 11/21/26 --raw'],
      ['-ts 11/20/26 05:00:00 -te 11/20/26 05:30:00 --raw'],
      ['-f nothing --raw'],
      ['--arch b64 --raw'],
      ['--arch b32 --raw'],
      ['-tm none --raw'],
      ['--just-one --raw'],
    ])('search %s', async (options) => {
      const argv = ['-if', LOG, ...options.split(' ')];
      expect(await ours(search, [...argv, '--stock'])).toBe(theirs('ausearch', argv));
    });

    test.each([['-i'], ['--format text'], ['--format csv --extra-keys --extra-labels --extra-obj2']])(
      'every type of user record and every system call: %s',
      async (options) => {
        const log = path.join(folder, 'everything.log');
        writeFileSync(log, everything());
        const argv = ['-if', log, ...options.split(' ')];
        expect((await ours(search, [...argv, '--stock'])).split('\n')).toEqual(
          theirs('ausearch', argv).split('\n'),
        );
      },
    );

    test.each([
      ['--summary'],
      ['-e'],
      ['-s -i'],
      ['-x --summary'],
      ['-p'],
      ['-u -i'],
      ['-f'],
      ['-k --summary'],
      ['-t'],
      ['--failed -x'],
    ])('report %s', async (options) => {
      const argv = ['-if', LOG, ...options.split(' ')];
      expect(await ours(report, [...argv, '--stock'])).toBe(theirs('aureport', argv));
    });
  },
);
