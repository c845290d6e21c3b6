import { expect, test } from 'vitest';
import { problemLine } from '../../../src/toml/config-error.ts';
import { defaultSettings, readConfig } from '../../../src/daemon/config/read-config.ts';
import { renderConfig } from '../../../src/daemon/config/render-config.ts';
import { ALL_KEYS } from '../../../src/daemon/config/schema.ts';

function said(text: string): string[] {
  return readConfig(text).problems.map(
    (problem) => `${problemLine('f', problem)}${problem.hint === undefined ? '' : ` <${problem.hint}>`}`,
  );
}

test('an empty file is a configuration, of defaults', () => {
  expect(readConfig('')).toEqual({ settings: defaultSettings(), problems: [], warnings: [] });
});

test('every default can be read, and is what the empty file means', () => {
  expect(ALL_KEYS.length).toBeGreaterThan(30);
  const text = renderConfig(defaultSettings(), []);
  expect(readConfig(text)).toEqual(readConfig(''));
});

test('words may have capitals, actions their program, space a share', () => {
  const { settings, problems } = readConfig(`
[log]
flush = "SYNC"
max_log_file_action = "Keep_Logs"
space_left = "10%"
admin_space_left = "5%"
space_left_action = "exec /usr/local/bin/free"
`);
  expect(problems).toEqual([]);
  expect(settings.log).toMatchObject({
    flush: 'sync',
    max_log_file_action: { word: 'keep_logs' },
    space_left: { percent: 10 },
    space_left_action: { word: 'exec', program: '/usr/local/bin/free' },
  });
});

test.each<[text: string, expected: string]>([
  ['[log]\nmax_log_fil = 8', 'f:2: log.max_log_fil: no such key in [log] <did you mean max_log_file?>'],
  ['[logs]\nfreq = 1', 'f:1: [logs]: expected one of the sections '],
  ['[log]\nfreq = 1.5', 'f:2: log.freq: expected a whole number from 0 to 65535 (records), found 1.5'],
  ['[log]\nfreq = "5"', 'found "5" <write numbers without quotes>'],
  ['[log]\nfreq = -1', 'found -1'],
  ['[log]\nwrite_logs = "yes"', 'found "yes" <write true, without quotes>'],
  ['[log]\nflush = "asnyc"', 'found "asnyc" <did you mean "sync"?>'],
  ['[log]\nflush = sync', 'f:2: not TOML: '],
  ['[log]\nlog_file = "audit.log"', 'expected an absolute path, found "audit.log"'],
  ['[log]\nlog_file = "/var/../etc/shadow"', 'expected an absolute path'],
  ['[log]\ndisk_full_action = "exec"', 'found "exec"'],
  ['[log]\ndisk_full_action = "exec rm"', 'found "exec rm"'],
  ['[log]\ndisk_full_action = "halt /sbin/init"', 'found "halt /sbin/init"'],
  ['[log]\ndisk_full_action = "email"', 'found "email"'],
  ['[log]\nspace_left = "100%"', 'found "100%"'],
  ['[log]\nspace_left = 40', 'f:2: log.admin_space_left: expected less than space_left (40), found 50'],
  ['[log]\nname_format = "user"', 'log.name: expected a name'],
  ['[log]\nfreq = 0', 'log.freq: expected 1 or more'],
  ['[ring]\nsize = 100000', 'expected a power of two from 65536'],
  ['[join]\nmax_log_file = 8', 'f:2: join.max_log_file: found in [join] <it belongs to [log]>'],
  ['max_log_file = 8', 'f:1: max_log_file: found outside of every section <it belongs to [log]>'],
  ['[log]\nfreq = 1\nfreq = 2', 'f:3: not TOML: defining a key multiple times'],
  ['[log]\nname =\nfreq = 1', 'f:2: not TOML: '],
  ['log = { freq = "x" }', 'f:1: log.freq: '],
  ['[[log]]\nfreq = 1', '[log.0]: expected one of the sections'],
  ['[log.more]\nfreq = 1', '[log.more]: '],
  ['[log]\nfreq = [1]', 'found [1]'],
  ['[log]\nname = """a\nb"""', 'found """a b"""'],
])('%j is said to be wrong', (text, expected) => {
  expect(said(text).join('\n')).toContain(expected);
});

test('everything that is wrong is found at once, in the order of the file', () => {
  const text = '[log]\nfreq = "a"\nnum_log = 5\n[rings]\nsize = 1\n[ring]\nsize = 3\n';
  expect(readConfig(text).problems.map(({ line }) => line)).toEqual([2, 3, 4, 7]);
});

test('what is allowed but hardly meant is a warning', () => {
  const { problems, warnings } = readConfig('[log]\nnum_logs = 1\n');
  expect(problems).toEqual([]);
  expect(warnings.map(({ key, line }) => [key, line])).toEqual([['log.num_logs', 2]]);
});

test('names of object properties are no keys', () => {
  expect(said('[log]\n__proto__ = 1\nconstructor = 2\n[__proto__]\nx = 1\n')).toHaveLength(3);
});
