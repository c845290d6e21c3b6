import { expect, test } from 'vitest';
import { VIA } from '../../../src/bpf/path-via.ts';
import { defaultSettings } from '../../../src/daemon/config/read-config.ts';
import { loaderSettings, sessionSettings } from '../../../src/daemon/config/session-settings.ts';

const settings = defaultSettings();

test('without a join nothing asks for rules or kernel records', () => {
  const session = sessionSettings({ ...settings, join: { ...settings.join, source: 'none' } });
  expect(session).not.toHaveProperty('join');
  expect(session).not.toHaveProperty('ruleErrnos');
});

test('companion rules are for EPERM and EACCES, if they are wanted', () => {
  const join = { ...settings.join, source: 'beside' as const, companion_rules: true };
  expect(sessionSettings({ ...settings, join })).toMatchObject({ join: 'beside', ruleErrnos: [1, 13] });
  expect(sessionSettings({ ...settings, join: { ...join, companion_rules: false } })).not.toHaveProperty(
    'ruleErrnos',
  );
});

test('an event waits for the kernel in seconds; what a system call takes is not set', () => {
  const join = { ...settings.join, end_of_event_timeout: 3 };
  expect(sessionSettings({ ...settings, join }).joinTimes).toEqual({ kernelMs: 3000, exitMs: 20 });
});

test.each([
  ['auto', undefined],
  ['helper', VIA.HELPER],
  ['walk', VIA.WALK],
] as const)('paths = %j', (paths, via) => {
  const changed = { ...settings, policies: { ...settings.policies, paths } };
  expect(sessionSettings(changed).paths).toBe(via);
  expect(loaderSettings(changed)).toEqual({
    ringSize: settings.ring.size,
    ...(via === undefined ? {} : { via }),
  });
});
