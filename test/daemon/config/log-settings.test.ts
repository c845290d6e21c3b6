import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { RecordSink } from '../../../src/daemon/collector.ts';
import { logOptions } from '../../../src/daemon/config/log-settings.ts';
import { readConfig } from '../../../src/daemon/config/read-config.ts';
import { diskEffects } from '../../../src/daemon/disk-effects.ts';
import { GuardedLog } from '../../../src/log/guarded-log.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const settings = (text: string) => readConfig(text).settings;

test('a configuration makes a log that rotates as it says', () => {
  using folder = temporaryFolder();
  const directory = path.join(folder.path, 'audit');
  mkdirSync(directory, { mode: 0o700 });
  const file = path.join(directory, 'audit.log');
  const { log: section } = settings(
    '[log]\nmax_log_file = 1\nnum_logs = 2\nspace_left = 0\nadmin_space_left = 0\nflush = "incremental"\nfreq = 3\n',
  );
  const started: string[] = [];
  using log: GuardedLog & RecordSink = new GuardedLog(file, {
    ...logOptions(section),
    effects: diskEffects((program) => started.push(program)),
  });
  for (const text of [`${'x'.repeat(1024 * 1024)}\n`, 'next\n']) {
    log.ready();
    log.write(Buffer.from(text));
    log.settle();
  }
  expect(readFileSync(file, 'utf8')).toBe('next\n');
  expect(log.counts).toMatchObject({ rotations: 1, errors: 0 });
  expect(started).toEqual([]);
});

test('log_group is looked up; root is the owner alone', () => {
  const { log } = settings('[log]\nlog_group = "adm"\n');
  expect(logOptions(log, (name) => (name === 'adm' ? 4 : undefined)).gid).toBe(4);
  expect(logOptions(settings('').log, () => 0)).not.toHaveProperty('gid');
});

test('a group that does not exist is an error of the configuration', () => {
  const { log } = settings('[log]\nlog_group = "nobody-here"\n');
  expect(() => logOptions(log, () => undefined)).toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
});
