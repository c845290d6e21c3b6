import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readPluginFile } from '../../../src/daemon/forward/plugin-file.ts';

test('a plugin of auditd is read, whatever its capitals', () => {
  const text =
    '# comment\nActive = YES\ndirection = out\npath = /sbin/audisp-syslog\ntype = always\nargs = LOG_INFO x\nformat = String\n';
  expect(readPluginFile(text)).toEqual({
    plugin: { active: true, path: '/sbin/audisp-syslog', args: ['LOG_INFO', 'x'], format: 'string' },
    problems: [],
  });
});

test('without active = yes it is not started', () => {
  expect(readPluginFile('path = /bin/p').plugin).toEqual({
    active: false,
    path: '/bin/p',
    args: [],
    format: 'string',
  });
});

test.each([
  ['', 0, 'path', 'expected the path of a program, found none'],
  ['path = bin/p', 1, 'path', 'expected an absolute path'],
  ['path = /bin/p\nformat = json', 2, 'format', 'expected string or binary, found "json"'],
  ['path = /bin/p\nactiv = yes', 2, 'activ', 'expected one of'],
  ['path = /bin/p\nargs = 1 2 3 4 5', 2, 'args', 'expected at most 4, found 5'],
  ['path = /bin/p\nactive yes', 2, '', 'expected KEY = VALUE'],
])('%j is refused', (text, line, key, said) => {
  const { plugin, problems } = readPluginFile(text);
  expect(plugin).toBeUndefined();
  expect(problems).toMatchObject([{ line, key }]);
  expect(problems[0]?.text).toContain(said);
});

const INSTALLED = '/etc/audit/plugins.d';
const files = existsSync(INSTALLED) ? readdirSync(INSTALLED).filter((name) => name.endsWith('.conf')) : [];

test.skipIf(files.length === 0)(
  `plugins that are installed are read${files.length === 0 ? ' (skipped: none is)' : ''}`,
  () => {
    for (const name of files) {
      expect(readPluginFile(readFileSync(path.join(INSTALLED, name), 'utf8')).problems, name).toEqual([]);
    }
  },
);

test('our own plugin file is one', () => {
  const own = path.resolve(import.meta.dirname, '../../../etc/audit/plugins.d/bpfaudit.conf');
  expect(readPluginFile(readFileSync(own, 'utf8')).problems).toEqual([]);
});
