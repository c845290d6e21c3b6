import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { USAGE as DAEMON_USAGE } from '../../src/cli/bpfauditd/usage.ts';
import { ROOT } from '../helpers/source-files.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const MAIN = `Usage: bpfaudit COMMAND

Commands:
  run     load
  status  what

  -h, --help     show this
`;
const STATUS = `Usage: bpfaudit status [--json]

  --json         as JSON
  -h, --help     show this
`;
const CONFIG = `Usage: bpfaudit config check [FILE]

  check       say all
  import      carry

  --replace   take
`;

/** What bash offers for a line, with commands in the place of the real ones that print this help. */
function complete(line: string): string[] {
  using folder = temporaryFolder();
  const make = (name: string, script: string): void => {
    writeFileSync(path.join(folder.path, name), `#!/bin/bash\n${script}`);
    chmodSync(path.join(folder.path, name), 0o755);
  };
  make(
    'bpfaudit',
    `case $1 in status) cat <<'E'\n${STATUS}E\n;; config) cat <<'E'\n${CONFIG}E\n;; *) cat <<'E'\n${MAIN}E\nesac`,
  );
  make('bpfauditd', `cat <<'E'\n${DAEMON_USAGE}E\n`);
  const words = line.split(' ');
  const script = `. ${ROOT}/etc/bash-completion/bpfaudit
    COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _bpfaudit
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const env = { ...process.env, PATH: `${folder.path}:${process.env['PATH']}` };
  return execFileSync('bash', ['-c', script], { env, cwd: folder.path, encoding: 'utf8' })
    .split('\n')
    .filter((word) => word !== '' && !word.startsWith('bpfaudit'))
    .toSorted();
}

test('commands, then what a command takes', () => {
  expect(complete('bpfaudit ')).toEqual(['--help', '--version', 'run', 'status']);
  expect(complete('bpfaudit st')).toEqual(['status']);
  expect(complete('bpfaudit status --')).toEqual(['--help', '--json']);
  expect(complete('bpfaudit config ')).toEqual(['--replace', 'check', 'import']);
});

test('options of the daemon', () => {
  expect(complete('bpfauditd --')).toEqual([
    '--check',
    '--config',
    '--foreground',
    '--help',
    '--no-fork',
    '--version',
  ]);
});
