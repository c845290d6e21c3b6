import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Command } from '../../src/cli/command.ts';
import { command as report } from '../../src/cli/report.ts';
import { command as search } from '../../src/cli/search.ts';
import { runCommand } from '../helpers/run-command.ts';

process.env['TZ'] = 'UTC';
const folder = mkdtempSync(path.join(tmpdir(), 'bpfaudit-together-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function told(command: Command, ...options: string[]): Promise<{ text: string; exit: number }> {
  const { status, stdout } = await runCommand(command, ...options);
  return { text: stdout.toString('latin1'), exit: status };
}

/** So many seconds, an event in each. */
function lines(startSec: number, count: number, exit = 0): string {
  return Array.from(
    { length: count },
    (_, i) =>
      `type=SYSCALL msg=audit(${startSec + i}.000:${i + 1}): arch=c000003e syscall=2 success=yes exit=${exit} ` +
      `a0=0 a1=0 a2=0 a3=0 items=0 ppid=1 pid=2 auid=0 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=x ses=1 comm="x" exe="/x" key=(null)\n`,
  ).join('');
}

const NEW = 1_700_000_000;
const OLD = 1_200_000_000;

test.each([
  ['small', 200],
  ['large', 6000],
])('a %s log with an old one in its middle is searched by time', async (name, count) => {
  const log = path.join(folder, `${name}.log`);
  writeFileSync(log, lines(NEW, count) + lines(OLD, count) + lines(NEW + count, count));
  const before = await told(search, '-if', log, '-te', '01/01/10', '--count');
  expect(before).toEqual({ text: `${count}\n`, exit: 0 });
  const after = await told(search, '-if', log, '-ts', '01/01/10', '--count');
  expect(after).toEqual({ text: `${2 * count}\n`, exit: 0 });
});

test('a report on a part of a log says where the log begins', async () => {
  const log = path.join(folder, 'part.log');
  writeFileSync(log, lines(NEW, 50));
  for (const times of [
    ['-ts', '01/01/25'],
    ['-te', '01/01/20'],
    ['-ts', '11/14/23', '22:14:00'],
  ]) {
    const { text } = await told(report, '-if', log, ...times);
    expect(text).toContain('Range of time in logs: 11/14/23 22:13:20.000 - ');
  }
});

test('an exit code may be the name of an error behind a minus sign', async () => {
  const log = path.join(folder, 'exit.log');
  writeFileSync(log, lines(NEW, 2) + lines(NEW + 10, 3, -13));
  for (const code of ['-13', '-EACCES'])
    expect((await told(search, '-if', log, '-e', code, '--count')).text).toBe('3\n');
});

test('-v prints the version', async () => {
  expect((await told(search, '-v')).text).toMatch(/^bpfaudit search \d+\.\d+\.\d+\n$/);
  expect((await told(report, '-v')).text).toMatch(/^bpfaudit report \d+\.\d+\.\d+\n$/);
});

test('of --failed and --success the last counts', async () => {
  const log = path.join(folder, 'exit.log');
  writeFileSync(log, lines(NEW, 2));
  expect((await told(report, '-if', log, '--failed', '--success')).text).toContain('Success Summary');
  expect((await told(report, '-if', log, '--success', '--failed')).text).toContain('Failed Summary');
});

test('an event that waits while many small logs are read stays what it is', async () => {
  const rotated = mkdtempSync(path.join(folder, 'rotated-'));
  const waiting = 'type=SYSCALL msg=audit(1700000000.000:1): arch=c000003e syscall=2 the one that waits\n';
  writeFileSync(path.join(rotated, 'audit.log.12'), waiting);
  // Later than is asked for: nothing in these logs completes the event.
  for (let number = 0; number < 12; number += 1)
    writeFileSync(path.join(rotated, `audit.log${number === 0 ? '' : `.${number}`}`), lines(NEW + 5000, 9));
  const { text } = await told(search, '-if', rotated, '--raw', '-te', '11/14/23', '22:14:00', '--debug');
  expect(text).toBe(waiting);
});
