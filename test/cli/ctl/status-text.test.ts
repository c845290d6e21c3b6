import { expect, test } from 'vitest';
import { loginuidText, statusText } from '../../../src/cli/ctl/status-text.ts';

const STATUS = {
  enabled: 1,
  failure: 2,
  pid: 700,
  rateLimit: 0,
  backlogLimit: 8192,
  lost: 4294967295,
  backlog: 3,
  featureBitmap: 127,
  backlogWaitTime: 60000,
  backlogWaitTimeActual: 5,
};
const OFF = { known: true, on: false, locked: false };

test('a status as auditctl prints it', () => {
  expect(statusText(STATUS)).toBe(`enabled 1
failure 2
pid 700
rate_limit 0
backlog_limit 8192
lost 4294967295
backlog 3
backlog_wait_time 60000
backlog_wait_time_actual 5
`);
});

test.each([
  [0, 0, 'enabled disable\nfailure silent\n'],
  [1, 1, 'enabled enabled\nfailure printk\n'],
  [2, 2, 'enabled enabled+immutable\nfailure panic\n'],
  [3, 9, 'enabled unknown\nfailure unknown\n'],
])('enabled %i and failure %i in words', (enabled, failure, text) => {
  expect(statusText({ ...STATUS, enabled, failure }, { interpret: true }).startsWith(text)).toBe(true);
});

test('what an older kernel does not report is absent', () => {
  const { backlogWaitTimeActual, ...older } = STATUS;
  expect(backlogWaitTimeActual).toBe(5);
  expect(statusText(older).endsWith('backlog_wait_time 60000\n')).toBe(true);
});

test('login uids', () => {
  const features = { onlyUnsetLoginuid: OFF, loginuidImmutable: OFF };
  expect(loginuidText(features)).toBe('loginuid_immutable 0 unlocked\n');
  const locked = { known: true, on: true, locked: true };
  expect(loginuidText({ ...features, loginuidImmutable: locked })).toBe('loginuid_immutable 1 locked\n');
  expect(loginuidText({ ...features, loginuidImmutable: { ...OFF, known: false } })).toBe('');
});
