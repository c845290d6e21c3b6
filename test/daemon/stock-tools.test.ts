import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

/** What test/kernel/join/stock-tools.sh wrote in the guest: six denials without a rule, and the same with one. */
const LOG = path.resolve(import.meta.dirname, '../fixtures/joined/audit.log');
const GOLDEN = path.resolve(import.meta.dirname, '../golden/joined');
const version = spawnSync('ausearch', ['--version'], { encoding: 'utf8' }).stdout ?? '';
const skipped = version.includes('3.0.9') ? undefined : 'auditd 3.0.9 is not installed here';

function run(tool: string, ...args: readonly string[]): string {
  const env = { ...process.env, TZ: 'UTC', LC_ALL: 'C' };
  const { stdout } = spawnSync(tool, [...args, '-if', LOG], {
    encoding: 'latin1',
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return stdout;
}

/** The records of 1427 in what ausearch printed raw. */
function decisions(...args: readonly string[]): number {
  return run('ausearch', ...args, '--raw').match(/^type=UNKNOWN\[1427\]/gm)?.length ?? 0;
}

const name = `the stock tools on a joined log${skipped === undefined ? '' : ` (${skipped})`}`;
describe.skipIf(skipped !== undefined)(name, () => {
  test('ausearch -m 1427 --raw gives the log as it is', () => {
    expect(run('ausearch', '-m', '1427', '--raw')).toBe(readFileSync(LOG, 'latin1'));
  });

  test.each([
    ['everything', ['-m', '1427'], 12],
    ['the key of a rule', ['-k', 'join'], 6],
    ['an executable', ['-x', '/usr/bin/busybox'], 8],
    ['a user', ['-ui', '0'], 12],
    ['the user who logged in', ['-ul', '33'], 2],
    ['a system call', ['-sc', 'openat'], 10],
    ['another system call', ['-sc', 'execve'], 2],
    ['failure', ['-sv', 'no'], 12],
    ['success', ['-sv', 'yes'], 0],
    ['the error', ['-e', '-1'], 12],
    ['a file of PATH', ['-f', 'deny-plain'], 2],
  ] as const)('ausearch finds decisions by %s', (_what, args, count) => {
    expect(decisions(...args)).toBe(count);
  });

  test('ausearch -p finds the decisions of one process', () => {
    const [, pid = ''] = /prog-id=\d+ pid=(\d+) .*deny-relative/.exec(readFileSync(LOG, 'latin1')) ?? [];
    expect(decisions('-p', pid)).toBe(2);
  });

  test.each([
    ['ausearch-interpreted.txt', ['ausearch', '-m', '1427', '-i']],
    ['ausearch.csv', ['ausearch', '-m', '1427', '--format', 'csv']],
    ['ausearch-text.txt', ['ausearch', '-m', '1427', '--format', 'text']],
    ['aureport-events.txt', ['aureport', '-e']],
    ['aureport-keys.txt', ['aureport', '-k']],
    ['aureport-pids.txt', ['aureport', '-p']],
    ['aureport-executables.txt', ['aureport', '-x']],
    ['aureport-users.txt', ['aureport', '-u', '-i']],
    ['aureport-syscalls.txt', ['aureport', '-s', '-i']],
    ['aureport-files.txt', ['aureport', '-f', '-i']],
    ['aureport-summary.txt', ['aureport', '--summary']],
  ] as const)('%s', async (file, [tool, ...args]) => {
    const text = run(tool, ...args);
    expect(text.length).toBeGreaterThan(100);
    await expect(text).toMatchFileSnapshot(path.join(GOLDEN, file));
  });
});
