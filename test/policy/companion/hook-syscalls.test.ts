import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { syscallNumber } from '../../../src/audit/tables/syscalls.ts';
import { syscallsOfHook, tableHooks } from '../../../src/policy/companion/hook-syscalls.ts';
import { ROOT } from '../../helpers/source-files.ts';

const rows = tableHooks().map((hook) => [hook, syscallsOfHook(hook)!] as const);

test('every system call of the table exists on x86_64 or i386', () => {
  const names = new Set(rows.flatMap(([, { syscalls }]) => syscalls));
  expect(names.size).toBeGreaterThan(150);
  const unknown = [...names].filter(
    (name) => syscallNumber('x86_64', name) === undefined && syscallNumber('i386', name) === undefined,
  );
  expect(unknown).toEqual([]);
});

test('every hook of the table is one that some kernel has', () => {
  const page = readFileSync(path.join(ROOT, 'docs/hooks.md'), 'utf8');
  const hooks = new Set([...page.matchAll(/^\| `(\w+)` \|/gm)].map(([, hook]) => hook));
  expect(hooks.size).toBeGreaterThan(250);
  expect(tableHooks().filter((hook) => !hooks.has(hook))).toEqual([]);
});

test('every row says why', () => {
  expect(rows.filter(([, { because }]) => because.length < 8)).toEqual([]);
});

test('a hook of a path has the calls of both kinds, and the 32-bit names', () => {
  expect(syscallsOfHook('path_unlink')).toEqual({
    syscalls: ['unlink', 'unlinkat'],
    because: 'do_unlinkat(), fs/namei.c',
  });
  expect(syscallsOfHook('task_fix_setuid')?.syscalls).toContain('setuid32');
  expect(syscallsOfHook('socket_connect')?.syscalls).toEqual(['connect', 'socketcall']);
});

test('a hook that no system call answers for has none', () => {
  expect(syscallsOfHook('inet_conn_request')?.syscalls).toEqual([]);
  expect(syscallsOfHook('no_such_hook')).toBeUndefined();
});
