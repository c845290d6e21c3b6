import { expect, test } from 'vitest';
import { readConfig } from '../../../src/daemon/config/read-config.ts';
import { settingChanges } from '../../../src/daemon/service/setting-changes.ts';

const settings = (text: string): ReturnType<typeof readConfig>['settings'] => readConfig(text).settings;

test('nothing has changed', () => {
  expect(settingChanges(settings(''), settings(''))).toEqual({ live: [], restart: [] });
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
  expect(settingChanges(settings(''), after)).toEqual({
    live: ['log.max_log_file', 'log.space_left', 'forward.journald'],
    restart: ['log.flush', 'ring.size'],
  });
});
