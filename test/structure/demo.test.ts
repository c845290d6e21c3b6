import { spawnSync } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ROOT } from '../helpers/source-files.ts';

/** What scripts/demo.sh calls; each says in a file with which words it was called. */
const CALLED = ['scripts/build.sh', 'scripts/demo-guard.sh', 'vm/fetch-kernels.sh', 'vm/run.sh'];
const NEEDS = ['need_build', 'need_program', 'need_guest', 'need_node_modules', 'install_needed'];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'demo-'));
  for (const file of CALLED) program(file, `echo "${file} $*" >>"${folder}/calls"`);
  mkdirSync(join(folder, 'bin'));
  cpSync(join(ROOT, 'scripts/demo.sh'), join(folder, 'scripts/demo.sh'));
  const needs = NEEDS.map((name) => `${name}() { echo "${name} $*" >>"${folder}/calls"; }`);
  writeFileSync(join(folder, 'scripts/need.sh'), needs.join('\n'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function program(file: string, body: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), `#!/bin/sh\n${body}\n`);
  chmodSync(join(folder, file), 0o755);
}

/** Runs it on a machine of which `bpfaudit doctor` says that. */
function demo(doctorStatus: number): { readonly said: string; readonly calls: string[] } {
  program('bin/node', `echo "node $*" >>"${folder}/calls"; exit ${doctorStatus}`);
  const { status, stdout, stderr } = spawnSync('bash', [join(folder, 'scripts/demo.sh')], {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${join(folder, 'bin')}:${process.env['PATH']}` },
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  const calls = readFileSync(join(folder, 'calls'), 'utf8').trimEnd().split('\n');
  return { said: stdout, calls: calls.map((call) => call.trimEnd()) };
}

const BEFORE = [
  'need_build',
  'need_program ausearch auditd',
  'need_program unshare util-linux',
  'install_needed',
  'need_node_modules',
  'scripts/build.sh',
  'node dist/bundle/bpfaudit.js doctor',
];

test('npm run demo is this script, and all that it calls is there', () => {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(
    readFileSync(join(ROOT, 'package.json'), 'utf8'),
  );
  expect(scripts['demo']).toBe('scripts/demo.sh');
  for (const file of ['scripts/demo.sh', ...CALLED]) accessSync(join(ROOT, file), constants.X_OK);
});

test('where doctor agrees, the demo runs right there', () => {
  const { said, calls } = demo(0);
  expect(said).toContain('This machine runs BPF LSM: the demo runs right here.');
  expect(calls).toEqual([...BEFORE, 'scripts/demo-guard.sh']);
});

test('elsewhere the same script runs in a guest, with all that it needs', () => {
  const { said, calls } = demo(1);
  expect(said).toContain('the demo runs in a guest with Linux 6.12');
  const guest = calls.at(-1) ?? '';
  expect(calls.slice(0, -1)).toEqual([...BEFORE, 'need_guest', 'install_needed', 'vm/fetch-kernels.sh 6.12']);
  expect(guest).toMatch(
    /^vm\/run\.sh --kernel 6\.12 --product .* --cwd \/opt\/bpfaudit -- bash scripts\/demo-guard\.sh$/,
  );
  const added = [...guest.matchAll(/--add (\S+):\/opt\/bpfaudit\/(\S+)/g)];
  for (const [, source = '', place] of added) {
    expect(place).toBe(source);
    expect(existsSync(join(ROOT, source)) || source.startsWith('.output/')).toBe(true);
  }
  expect(added.map(([, source]) => source)).toContain('scripts');
});
