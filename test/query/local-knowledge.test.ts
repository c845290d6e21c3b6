import { expect, test } from 'vitest';
import { hasOtherSources, SystemNames } from '../../src/query/input/local-knowledge.ts';

test.each([
  ['passwd: files\ngroup: files systemd\n', false],
  ['passwd:         files systemd\n', true],
  ['# passwd: files sss\npasswd: files # sss\n', false],
  ['passwd: files [NOTFOUND=return] sss\n', true],
  ['passwd: files [NOTFOUND=return]\n', false],
  ['', false],
])('other sources than files: %j', (configuration, expected) => {
  expect(hasOtherSources(configuration, 'passwd')).toBe(expected);
});

test('names and numbers of this machine', () => {
  const names = new SystemNames();
  expect(names.user(0)).toBe('root');
  expect(names.group(0)).toBe('root');
  expect(names.userId('root')).toBe(0);
  expect(names.groupId('root')).toBe(0);
  expect(names.user(3_999_999_999)).toBeUndefined();
  expect(names.userId('no-such-user-bpfaudit')).toBeUndefined();
});
