import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { checkAddition, commandScript, shellQuote } from '../../vm/job.ts';
import { guestPath, parseLdd } from '../../vm/programs.ts';

describe('commandScript', () => {
  test('runs the words as they are', () => {
    const command = ['printf', '%s|', 'a b', "it's", '$HOME', '*', '', 'two\nlines'];
    const script = commandScript({ command, cwd: '/', env: { WORD: 'x "y"' } });
    const run = spawnSync('sh', ['-c', script], { encoding: 'utf8' });
    expect(run.stdout).toBe("a b|it's|$HOME|*||two\nlines|");
  });

  test('sets environment and working directory', () => {
    const script = commandScript({
      command: ['sh', '-c', 'echo $PWD "$A"'],
      cwd: '/usr',
      env: { A: "1 '2'" },
    });
    expect(spawnSync('sh', ['-c', script], { encoding: 'utf8' }).stdout).toBe("/usr 1 '2'\n");
  });

  test('fails where the working directory is missing', () => {
    const script = commandScript({ command: ['true'], cwd: '/no/such/folder', env: {} });
    expect(spawnSync('sh', ['-c', script]).status).toBe(126);
  });
});

test('shellQuote', () => {
  expect(shellQuote("a'b")).toBe(`'a'\\''b'`);
});

describe('checkAddition', () => {
  test('takes an absolute path', () => {
    expect(() => checkAddition('/', '/opt/x')).not.toThrow();
    expect(() => checkAddition('/', '/temporary')).not.toThrow();
  });

  test.each([
    ['/no/such/file', '/opt/x', 'no such file'],
    ['/', 'opt', 'absolute'],
    ['/', '/tmp/x', 'mounted'],
    ['/', '/opt/../run', 'mounted'],
  ])('refuses %s:%s', (source, destination, problem) => {
    expect(() => checkAddition(source, destination)).toThrow(problem);
  });
});

test('parseLdd finds libraries and the loader, not the vdso', () => {
  const text = `\tlinux-vdso.so.1 (0x00007f60dd66f000)
\tlibstdc++.so.6 => /lib/x86_64-linux-gnu/libstdc++.so.6 (0x00007f60dd200000)
\tlibmissing.so.1 => not found
\t/lib64/ld-linux-x86-64.so.2 (0x00007f60dd671000)
`;
  expect(parseLdd(text)).toEqual(['/lib/x86_64-linux-gnu/libstdc++.so.6', '/lib64/ld-linux-x86-64.so.2']);
  expect(parseLdd('\tnot a dynamic executable\n')).toEqual([]);
});

test('guestPath follows the links of the root folder', () => {
  expect(['/lib/x/libc.so.6', '/sbin/auditd', '/usr/bin/ip'].map((path) => guestPath(path))).toEqual([
    '/usr/lib/x/libc.so.6',
    '/usr/sbin/auditd',
    '/usr/bin/ip',
  ]);
});
