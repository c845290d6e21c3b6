import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { defaultSettings } from '../../../src/daemon/config/read-config.ts';
import type { LogSection } from '../../../src/daemon/config/settings.ts';
import { openDaemonLog } from '../../../src/daemon/service/daemon-log.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

function settings(folder: string, more: Partial<LogSection> = {}): LogSection {
  return { ...defaultSettings().log, log_file: path.join(folder, 'a', 'audit.log'), ...more };
}

test('what the log tells of itself stands in it with the prefix, also before there are serials', () => {
  using folder = temporaryFolder();
  const log = settings(folder.path);
  const options = { prefix: 'node=web1 ', serial: () => 0, onRotated: () => undefined };
  {
    using opened = openDaemonLog(log, options);
    opened.lostWhenKilled(3);
  }
  expect(readFileSync(log.log_file, 'latin1')).toMatch(
    /^node=web1 type=DAEMON_ERR msg=audit\(\d+\.\d{3}:0\): op=\S+ .*\b3\b.* res=failed\n$/,
  );
});

test('who tends rotated logs is told of each rotation, and of nothing else', () => {
  using folder = temporaryFolder();
  let rotations = 0;
  const options = { prefix: undefined, serial: () => 7, onRotated: () => (rotations += 1) };
  using log = openDaemonLog(settings(folder.path, { num_logs: 3 }), options);
  log.lostWhenKilled(1);
  log.write(Buffer.from('type=CWD msg=audit(1.000:1): cwd="/"\n'));
  expect(rotations).toBe(0);
  expect(log.rotate()).toBe(true);
  expect(rotations).toBe(1);
});

test('a log of JSON tells of itself in JSON', () => {
  using folder = temporaryFolder();
  const log = settings(folder.path, { log_format: 'json' });
  {
    using opened = openDaemonLog(log, { prefix: undefined, serial: () => 7, onRotated: () => undefined });
    opened.lostWhenKilled(3);
  }
  expect(JSON.parse(readFileSync(log.log_file, 'utf8'))).toMatchObject({ serial: 7, lines: 3 });
});
