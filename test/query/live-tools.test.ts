import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { command as report } from '../../src/cli/report.ts';
import { command as search } from '../../src/cli/search.ts';
import type { Command } from '../../src/cli/command.ts';

process.env['TZ'] = 'UTC';
const LOG = path.resolve(import.meta.dirname, '../fixtures/audit/bpf-lsm-kernel-7.2.log');
const version = spawnSync('ausearch', ['--version'], { encoding: 'utf8' }).stdout ?? '';
const skipped = version.includes('3.0.9') ? undefined : 'auditd 3.0.9 is not installed here';

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

describe.skipIf(skipped !== undefined)(
  `the real tools on a log of ours${skipped === undefined ? '' : ` (${skipped})`}`,
  () => {
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
