import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { command as search } from '../../src/cli/search.ts';

process.env['TZ'] = 'UTC';
const DOCUMENT = path.resolve(import.meta.dirname, '../../docs/ausearch-differences.md');
const folder = mkdtempSync(path.join(tmpdir(), 'bpfaudit-differences-'));
const version = spawnSync('ausearch', ['--version'], { encoding: 'utf8' }).stdout ?? '';
const skipped = version.includes('3.0.9') ? undefined : 'auditd 3.0.9 is not installed here';
afterAll(() => rmSync(folder, { recursive: true }));

interface Difference {
  readonly log: string;
  readonly options: readonly string[];
  /** What stock ausearch prints, or a part of it; the empty text: nothing. */
  readonly stock: string;
  readonly ours: string;
  /** Whether `--stock` makes no difference, as the table says. */
  readonly stays?: boolean;
}

const TASK =
  'ppid=1 pid=2 auid=4294967295 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=x ses=1 ' +
  'comm="x" exe="/x" key=(null)';
const syscall = (number: number): string =>
  `type=SYSCALL msg=audit(1700000000.000:7): arch=c000003e syscall=${number} success=yes exit=0 ` +
  `a0=0 a1=0 a2=0 a3=0 items=0 ${TASK}`;
const ACCESS =
  'type=UNKNOWN[1427] msg=audit(1700000000.000:7): prog-id=5 pid=151 comm="cat" cause=612073 path="/tmp/x" ' +
  'dev="rootfs" saddr=10.0.0.1 verdict=-1';
const CWD = 'type=CWD msg=audit(1700000000.000:7): cwd="/"';
const PROCTITLE = 'type=PROCTITLE msg=audit(1700000000.000:7): proctitle="x"';
const CHECKPOINT = path.join(folder, 'checkpoint');
const APPARMOR =
  'type=AVC msg=audit(1700000000.000:7): apparmor="DENIED" operation="ptrace" profile="x" pid=5 comm="m" peer="u"';
const LONG = `type=EXECVE msg=audit(1700000000.000:7): argc=1 a0="${'a'.repeat(9000)}"`;
const NODES = ['b', 'd', 'a', 'c'].map((node) => `node=${node} ${CWD}`).join('\n');

const NOW_SEC = Math.floor(Date.now() / 1000);
/** What the hour and the day, as the clock goes on, never leave behind in the seconds of a test. */
const NOW = CWD.replace('1700000000', String(NOW_SEC + 60));
const MIDNIGHT = CWD.replace('1700000000', String(NOW_SEC - (NOW_SEC % 86_400)));

/** One example for each row of the table in the document, by the words of its first column. */
const DIFFERENCES: Readonly<Record<string, Difference>> = {
  'A record lacks what its type should have, such as an AppArmor `AVC` without `tclass=`': {
    log: APPARMOR,
    options: ['--raw'],
    stock: '',
    ours: `${APPARMOR}\n`,
  },
  'Type 1427': {
    log: ACCESS,
    options: ['-m', 'BPF_LSM_ACCESS', '--raw'],
    stock: '',
    ours: `${ACCESS}\n`,
    stays: true,
  },
  '`-p`, `-c`, `-f`, `-hn`, `-sv` on a 1427 record': {
    log: ACCESS,
    options: ['-p', '151', '-c', 'cat', '--raw'],
    stock: '',
    ours: `${ACCESS}\n`,
  },
  '`-i` of a 1427 record': {
    log: ACCESS,
    options: ['-i'],
    stock: 'cause=612073 path=/tmp/x dev="rootfs" saddr={ saddr_fam=netlink len too short }',
    ours: 'type=BPF_LSM_ACCESS msg=audit(11/14/23 22:13:20.000:7) : prog-id=5 pid=151 comm=cat cause=a s path=/tmp/x dev=rootfs saddr=10.0.0.1 verdict=-1',
    stays: true,
  },
  '`--format csv` and `text` of a decision without a SYSCALL record': {
    log: ACCESS,
    options: ['--format', 'text'],
    stock: 'did-unknown',
    ours: 'At 22:13:20 11/14/23  unsuccessfully accessed-mac-policy-controlled-object /tmp/x using cat\n',
  },
  'Names of types 1338, 1339, 1423 to 1427': {
    log: 'type=UNKNOWN[1338] msg=audit(1700000000.000:7): op=create',
    options: ['--format', 'csv'],
    stock: '\n,,11/14/23,',
    ours: ',DM_CTRL,11/14/23,',
  },
  'System calls that are newer than libaudit 3.0.9 (from 450 on)': {
    log: syscall(452),
    options: ['-i'],
    stock: 'syscall=unknown-syscall(452) ',
    ours: 'syscall=fchmodat2 ',
    stays: true,
  },
  '`--raw` of an enriched event with a record that was not enriched': {
    log: `${syscall(2)}\x1dUID="root"\n${CWD}`,
    options: ['--raw'],
    stock: `${CWD}\x1d\n`,
    ours: `${CWD}\n`,
  },
  'A line of 8970 bytes or more': {
    log: LONG,
    options: ['--raw'],
    stock: `${LONG.slice(0, 8969)}\n`,
    ours: `${LONG}\n`,
    stays: true,
  },
  'A line with a NUL byte': {
    log: CWD.replace('"/"', '"/a\0b"'),
    options: ['--raw'],
    stock: 'cwd="/a\n',
    ours: 'cwd="/a\0b"\n',
    stays: true,
  },
  '`-m !TYPE`': { log: CWD, options: ['-m', '!PATH', '--raw'], stock: '', ours: `${CWD}\n`, stays: true },
  '`-ul unset`': {
    log: syscall(2),
    options: ['-ul', 'unset', '--raw'],
    stock: '',
    ours: `${syscall(2)}\n`,
    stays: true,
  },
  '`--checkpoint`, and an event with its last record (PROCTITLE, EOE) that nothing two seconds younger follows':
    {
      log: `${CWD}\n${PROCTITLE}`,
      options: ['--checkpoint', CHECKPOINT, '--raw'],
      stock: '',
      ours: `${CWD}\n${PROCTITLE}\n`,
      stays: true,
    },
  '`-ts` and `-te` with `this-hour`': {
    log: NOW,
    options: ['-ts', 'this-hour', '--raw'],
    stock: '',
    ours: `${NOW}\n`,
    stays: true,
  },
  '`-ts` and `-te` with `now`, `recent` or `boot`, and `-te today`, each with `00:00:00` behind it': {
    log: MIDNIGHT,
    options: ['-ts', 'now', '00:00:00', '--raw'],
    stock: '',
    ours: `${MIDNIGHT}\n`,
    stays: true,
  },
  'Events of several machines with the very same stamp': {
    log: NODES,
    options: ['--raw'],
    stock: `node=`,
    ours: `${NODES}\n`,
    stays: true,
  },
};

async function ours(argv: readonly string[]): Promise<string> {
  let text = '';
  const write = (chunk: string | Uint8Array): void => {
    text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('latin1');
  };
  await search.run(argv, {
    stdout: { write },
    stderr: { write: () => {} },
    env: { LC_ALL: 'C' },
    signal: new AbortController().signal,
  });
  return text;
}

function theirs(argv: readonly string[]): string {
  return spawnSync('ausearch', argv, {
    encoding: 'latin1',
    env: { ...process.env, TZ: 'UTC', LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 20_000,
  }).stdout;
}

function expectText(found: string, wanted: string): void {
  if (wanted === '') expect(found).toBe('');
  else expect(found).toContain(wanted);
}

function rows(): { readonly name: string; readonly cells: readonly string[] }[] {
  return readFileSync(DOCUMENT, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (Case|---)/.test(line))
    .map((line) => line.slice(2, -2).split(' | '))
    .map((cells) => ({ name: cells[0] ?? '', cells }));
}

describe('docs/ausearch-differences.md', () => {
  test('has a row for each difference that is tested, and no other', () => {
    expect(rows().map(({ name }) => name)).toEqual(Object.keys(DIFFERENCES));
  });

  test.each(rows())('gives a reason: $name', ({ cells }) => {
    expect(cells).toHaveLength(4);
    for (const cell of cells) expect(cell.trim()).not.toBe('');
  });

  test.each(rows())('says whether it stays with --stock: $name', ({ name, cells }) => {
    expect(/also with `--stock`/i.test(cells.join(' '))).toBe(DIFFERENCES[name]?.stays ?? false);
  });
});

describe.each(Object.entries(DIFFERENCES))('%s', (_name, difference) => {
  const log = path.join(folder, 'audit.log');
  const argv = ['-if', log, ...difference.options];
  const write = (): void => {
    rmSync(CHECKPOINT, { force: true });
    writeFileSync(log, Buffer.from(`${difference.log}\n`, 'latin1'));
  };

  test('what bpfaudit prints', async () => {
    write();
    expectText(await ours(argv), difference.ours);
  });

  test('what it prints with --stock', async () => {
    write();
    expectText(
      await ours([...argv, '--stock']),
      difference.stays === true ? difference.ours : difference.stock,
    );
  });

  test.skipIf(skipped !== undefined)(
    `what ausearch prints${skipped === undefined ? '' : ` (${skipped})`}`,
    () => {
      write();
      expectText(theirs(argv), difference.stock);
    },
  );
});
