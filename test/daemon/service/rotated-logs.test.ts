import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { defaultSettings } from '../../../src/daemon/config/read-config.ts';
import { RotatedLogs } from '../../../src/daemon/service/rotated-logs.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const RECORD = 'type=CWD msg=audit(1.000:1): cwd="/"\n';

function settings(log_file: string): ReturnType<typeof defaultSettings>['log'] {
  return { ...defaultSettings().log, log_file, index: 'sidecar', compress: 'none' };
}

test('a rotated log gets its index', async () => {
  using folder = temporaryFolder();
  const log = path.join(folder.path, 'audit.log');
  const told: unknown[] = [];
  await using logs = new RotatedLogs(settings(log), (...failure) => told.push(failure));
  writeFileSync(`${log}.1`, RECORD);
  logs.tend();
  await expect.poll(() => readdirSync(folder.path)).toContain('audit.log.1.idx');
  expect(told).toEqual([]);
});

test('what cannot be done is told, and keeps nothing else back', async () => {
  using folder = temporaryFolder();
  const log = path.join(folder.path, 'audit.log');
  const told: string[] = [];
  await using logs = new RotatedLogs(settings('/no/such/folder/audit.log'), (op) => told.push(op));
  writeFileSync(`${log}.1`, RECORD);
  logs.tend();
  logs.configure(settings(log));
  logs.tend();
  await expect.poll(() => readdirSync(folder.path)).toContain('audit.log.1.idx');
  expect(told).toEqual(['index-logs']);
});

test('nothing goes on when it is disposed', async () => {
  using folder = temporaryFolder();
  const log = path.join(folder.path, 'audit.log');
  writeFileSync(`${log}.1`, RECORD);
  const told: unknown[] = [];
  const logs = new RotatedLogs(settings(log), (...failure) => told.push(failure));
  logs.tend();
  await logs[Symbol.asyncDispose]();
  const left = readdirSync(folder.path);
  logs.tend();
  await logs[Symbol.asyncDispose]();
  expect(readdirSync(folder.path)).toEqual(left);
  expect(told).toEqual([]);
});
