import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { importAuditdConf } from '../../../src/daemon/config/import-auditd.ts';
import { defaultSettings, readConfig } from '../../../src/daemon/config/read-config.ts';
import { renderConfig } from '../../../src/daemon/config/render-config.ts';
import { sharedPath, whyNoShared } from '../../helpers/shared.ts';

const BESIDE = { replace: false };

test('the words of auditd are taken over, whatever their capitals', () => {
  const { settings, taken, notes } = importAuditdConf(
    `# the daemon
Max_Log_File = 32
NUM_LOGS = 9
max_log_file_action = KEEP_LOGS
space_left=10%
admin_space_left = 5%
space_left_action = exec /usr/local/bin/Free
name_format = USER
name = web-1
flush = Data
report_interval = 2h
log_format = RAW
`,
    BESIDE,
  );
  expect(notes).toEqual([]);
  expect(taken).toBe(11);
  expect(settings.metrics.report_interval).toBe(7200);
  expect(settings.log).toMatchObject({
    max_log_file: 32,
    num_logs: 9,
    max_log_file_action: { word: 'keep_logs' },
    space_left: { percent: 10 },
    space_left_action: { word: 'exec', program: '/usr/local/bin/Free' },
    name_format: 'user',
    name: 'web-1',
    flush: 'data',
  });
});

test('nothing is dropped in silence', () => {
  const lines = [
    'tcp_listen_port = 60',
    'tls_psk_file = /etc/psk',
    'log_format = ENRICHED',
    'max_log_fil = 8',
    'num_logs 5',
    'freq = many',
    'freq = 20',
  ];
  const { notes, taken, settings } = importAuditdConf(lines.join('\n'), BESIDE);
  expect(notes.map(({ line, key }) => [line, key])).toEqual([
    [1, 'tcp_listen_port'],
    [2, 'tls_psk_file'],
    [3, 'log_format'],
    [4, 'max_log_fil'],
    [5, ''],
    [6, 'freq'],
    [7, 'freq'],
  ]);
  expect(notes[3]?.hint).toBe('did you mean max_log_file?');
  expect(taken).toBe(1);
  expect(settings.log.freq).toBe(20);
});

test('the log stays apart from that of auditd, unless it is replaced', () => {
  const text = 'log_file = /var/log/audit/audit.log\nplugin_dir = /etc/audit/plugins.d\n';
  const beside = importAuditdConf(text, BESIDE);
  expect(beside.settings).toEqual(defaultSettings());
  expect(beside.notes).toHaveLength(2);
  const instead = importAuditdConf(text, { replace: true });
  expect(instead.notes).toEqual([]);
  expect(instead.settings.log.log_file).toBe('/var/log/audit/audit.log');
  expect(instead.settings.join.source).toBe('instead');
});

const installed = '/etc/audit/auditd.conf';
const confs = [
  ...(existsSync(installed) ? [installed] : []),
  ...(whyNoShared('corpora') === undefined
    ? readdirSync(sharedPath('corpora'), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('auditd.conf'))
        .map((file) => sharedPath('corpora', file))
    : []),
];

test.skipIf(confs.length === 0)(
  `auditd.conf of others is carried over whole${confs.length === 0 ? ' (skipped: none is installed)' : ''}`,
  () => {
    for (const conf of confs) {
      const text = readFileSync(conf, 'utf8');
      const { settings, taken, notes } = importAuditdConf(text, { replace: true });
      const lines = text.split('\n').filter((line) => /^\s*[^#\s]/.test(line));
      const repeated = notes.filter((note) => note.text.startsWith('is also'));
      expect(taken + notes.length - repeated.length, conf).toBe(lines.length);
      expect(readConfig(renderConfig(settings, [])).problems, conf).toEqual([]);
    }
  },
);
