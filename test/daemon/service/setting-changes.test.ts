import { expect, test } from 'vitest';
import { readConfig } from '../../../src/daemon/config/read-config.ts';
import { settingChanges } from '../../../src/daemon/service/setting-changes.ts';

const settings = (text: string): ReturnType<typeof readConfig>['settings'] => readConfig(text).settings;

test('nothing has changed', () => {
  expect(settingChanges(settings(''), settings(''))).toEqual({
    live: [],
    restart: [],
    inForce: settings(''),
  });
});

test('what takes effect at once, and what at the next start', () => {
  const after = settings(`[log]
max_log_file = 9
space_left = "5%"
flush = "sync"
[forward]
journald = true
[ring]
size = 65536
`);
  expect(settingChanges(settings(''), after)).toMatchObject({
    live: ['log.max_log_file', 'log.space_left', 'forward.journald'],
    restart: ['log.flush', 'ring.size'],
  });
});

test('what needs a restart is as it was until then: nobody packs a log that is not written', () => {
  const before = settings('');
  const after = settings(`[log]
log_file = "/var/log/other/audit.log"
compress = "zstd"
[policies]
directory = "/etc/other"
`);
  const { inForce } = settingChanges(before, after);
  expect(inForce.log).toEqual({ ...before.log, compress: 'zstd' });
  expect(inForce.policies).toEqual({ ...before.policies, directory: '/etc/other' });
  expect(settingChanges(inForce, after)).toMatchObject({ live: [], restart: ['log.log_file'] });
});
