import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { runReport } from '../../src/query/report/run-report.ts';
import { ORACLE_LOCAL } from '../helpers/oracle-names.ts';
import { sharedPath, whyNoShared } from '../helpers/shared.ts';
import { FIXTURES, logsIn } from '../helpers/stored-logs.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

process.env['TZ'] = 'UTC';
const skipped = whyNoShared('corpora');

/** The main summary; whoever asks for problems has each record looked at by itself. */
async function summary(log: string, slow: boolean, stock: boolean): Promise<string> {
  let text = '';
  await runReport({
    query: { report: 'summary', summary: true, interpret: false, escape: 'tty', stock },
    local: ORACLE_LOCAL,
    input: { kind: 'files', paths: [log] },
    timeoutSec: 2,
    onOutput: (part) => {
      text += part;
    },
    ...(slow ? { onProblem: () => {} } : {}),
  });
  return text;
}

async function expectSame(log: string): Promise<void> {
  for (const stock of [false, true]) {
    expect(await summary(log, false, stock)).toBe(await summary(log, true, stock));
  }
}

describe('the fast way to count gives what the thorough one gives', () => {
  test.each(logsIn(FIXTURES))('%s', expectSame);

  test.skipIf(skipped !== undefined)(
    `other projects' logs${skipped === undefined ? '' : ` (${skipped})`}`,
    { timeout: 120_000 },
    async () => {
      for (const log of logsIn(sharedPath('corpora'))) await expectSame(log);
    },
  );
});

const TASK =
  'ppid=1 pid=2 auid=0 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=x ses=1 comm="x" exe="/x" key=(null)';
/** What may follow the call of an event, with a name that no other event has; some is not as it should be. */
const REST: readonly ((name: string) => readonly string[])[] = [
  (name) => [`PATH %: item=0 name="/${name}" inode=1 nametype=NORMAL`],
  (name) => [
    `PATH %: item=0 name="/a${name}" inode=1 nametype=NORMAL`,
    `PATH %: item=1 name="/b${name}" inode=1 nametype=NORMAL`,
  ],
  (name) => [`CWD %: cwd="/tmp"`, `PATH %: item=0 name="${name}" inode=1 nametype=NORMAL`],
  (name) => [`PATH %: item=0 name="./${name}" inode=1 nametype=NORMAL`, `CWD %: cwd="/tmp"`],
  (name) => [`PATH %: item=0 name="/${name}" inode=1 nametype=NORMAL`, `CWD %: cwd=zz`],
  (name) => [`PATH %: item=0 name="/${name}" inode=1 nametype=NORMAL`, `SOCKADDR %: saddr=01`],
  (name) => [`PATH %: item=0 name=${Buffer.from(name).toString('hex')} inode=1 nametype=NORMAL`],
  (name) => [`PATH %: item=0 name=0041${Buffer.from(name).toString('hex')} inode=1 nametype=NORMAL`],
  (name) => [`PATH %: item=0 name=x${name} inode=1 nametype=NORMAL`],
  (name) => [`PATH %: item=0 name=(null)${name} inode=1 nametype=NORMAL`],
  (name) => [`PATH %: item=0 name="/${name}`],
  (name) => [`PATH %: item=0 name="/${name}" inode=1 nametype=NORMAL\x1dOUID="root"`],
  (name) => [`PATH %: item=0 name="/${name.padEnd(600, 'y')}" inode=1 nametype=NORMAL`],
];

test('names that are new in each event of a large log are counted as by the thorough way', async () => {
  using folder = temporaryFolder();
  const log = path.join(folder.path, 'audit.log');
  const lines: string[] = [];
  for (let i = 0; i < 26_000; i += 1) {
    const stamp = `msg=audit(${1_700_000_000 + Math.floor(i / 100)}.${String((i % 100) * 10).padStart(3, '0')}:${i})`;
    lines.push(
      `type=SYSCALL ${stamp}: arch=c000003e syscall=257 success=yes exit=3 a0=0 a1=0 a2=0 a3=0 items=1 ${TASK}`,
    );
    for (const record of REST[i % REST.length]?.(`file${i}`) ?? [])
      lines.push(`type=${record.replace('%', stamp)}`);
  }
  writeFileSync(log, `${lines.join('\n')}\n`, 'latin1');
  expect(lines.join('\n').length).toBeGreaterThan(8 << 20);
  await expectSame(log);
  expect(await summary(log, false, false)).toContain('Number of events: 26000\n');
});
