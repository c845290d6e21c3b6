import { nearMiss } from '../../errors/near-miss.ts';
import type { ConfigProblem } from '../../toml/config-error.ts';
import type { TomlValue } from '../../toml/toml-entries.ts';
import { settingsOf } from './read-config.ts';
import { ALL_KEYS } from './schema.ts';
import type { Settings } from './settings.ts';

/** An auditd.conf, carried over. */
export interface Imported {
  readonly settings: Settings;
  /** Lines that were taken over. */
  readonly taken: number;
  /** What has no counterpart, or was not taken over, each with the reason. In the order of the file. */
  readonly notes: readonly ConfigProblem[];
}

/** How bpfauditd will stand to auditd. */
export interface ImportOptions {
  /** It takes auditd's place: same log file, same plugins, all records of the kernel. */
  readonly replace: boolean;
}

const NETWORK = 'bpfauditd does not collect from other machines';
const NETWORK_HINT = 'forward with a plugin or with syslog';

/** Keys of auditd.conf(5) up to 4.2 that have no counterpart, and why. */
const WITHOUT: Readonly<Record<string, readonly [text: string, hint?: string]>> = {
  local_events: ['bpfauditd always takes the records of this machine'],
  verify_email: ['addresses are handed to sendmail as they are'],
  dispatcher: ['auditd itself ignores it since 3.0', 'plugins are found in plugin_dir'],
  disp_qos: ['auditd itself ignores it since 3.0', 'see q_depth and overflow_action'],
  use_libwrap: [NETWORK, NETWORK_HINT],
  distribute_network: [NETWORK, NETWORK_HINT],
  transport: [NETWORK, NETWORK_HINT],
  enable_krb5: [NETWORK, NETWORK_HINT],
};
const NETWORK_KEY = /^(?:tcp|tls|krb5)_/;

/** Of files that only one daemon may use. */
const SHARED: Readonly<Record<string, string>> = {
  log_file: 'two daemons must not write to one log',
  plugin_dir: 'each plugin would run twice',
};

/** Carries an auditd.conf over: capitals do not matter, comments are skipped, nothing is dropped in silence. */
export function importAuditdConf(text: string, options: ImportOptions): Imported {
  const values = new Map<string, unknown>();
  const notes: ConfigProblem[] = [];
  const seen = new Map<string, number>();
  let taken = 0;
  if (options.replace) values.set('join.source', 'instead');
  for (const [index, raw] of text.split('\n').entries()) {
    const line = index + 1;
    const content = raw.trim();
    if (content === '' || content.startsWith('#')) continue;
    const [, name = '', value = ''] = /^([^\s=]+)\s*=\s*(.*)$/.exec(content) ?? [];
    const key = name.toLowerCase();
    if (key === '' || value === '') {
      notes.push({ line, key, text: `expected KEY = VALUE, found ${JSON.stringify(content.slice(0, 60))}` });
      continue;
    }
    const before = seen.get(key);
    if (before !== undefined) {
      notes.push({ line, key, text: `is also in line ${before}; the later one counts, as in auditd` });
    }
    seen.set(key, line);
    const left = carryOver(key, value, options, values);
    if (left === undefined) taken++;
    else notes.push({ line, key, ...left });
  }
  return { settings: settingsOf(values), taken, notes };
}

type Note = Omit<ConfigProblem, 'line' | 'key'>;

function carryOver(
  key: string,
  value: string,
  options: ImportOptions,
  values: Map<string, unknown>,
): Note | undefined {
  const without = WITHOUT[key] ?? (NETWORK_KEY.test(key) ? [NETWORK, NETWORK_HINT] : undefined);
  if (without !== undefined) return note(`not taken over: ${without[0]}`, without[1]);
  const shared = SHARED[key];
  if (shared !== undefined && !options.replace) {
    return note(`not taken over: ${shared}`, 'with --replace it is, for when auditd does not run any more');
  }
  const known = ALL_KEYS.find(({ name, section }) => name === key && FROM.has(section));
  if (!known) {
    const near = nearMiss(key, [...ALL_KEYS.map(({ name }) => name), ...Object.keys(WITHOUT)]);
    return note('no key of auditd.conf(5)', near === undefined ? undefined : `did you mean ${near}?`);
  }
  if (key === 'log_format') return formatNote(value);
  const read = known.key.read(translate(key, value));
  if (read === undefined) return note(`expected ${known.key.expected}, found ${JSON.stringify(value)}`);
  values.set(`${known.section}.${key}`, read);
  return undefined;
}

/** Sections with words of auditd.conf. */
const FROM: ReadonlySet<string> = new Set(['daemon', 'log', 'join', 'plugins', 'metrics']);
const TEXT_KEYS: ReadonlySet<string> = new Set([
  'name',
  'log_group',
  'action_mail_acct',
  'log_file',
  'plugin_dir',
]);
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86400 };

function translate(key: string, value: string): TomlValue {
  if (TEXT_KEYS.has(key)) return value;
  if (/^(?:yes|no)$/i.test(value)) return value.toLowerCase() === 'yes';
  if (/^\d+$/.test(value)) return Number(value);
  const time = key === 'report_interval' ? /^(\d+)([smhd])$/i.exec(value) : null;
  return time === null ? value : Number(time[1]) * SECONDS[time[2]!.toLowerCase()]!;
}

function formatNote(value: string): Note | undefined {
  if (/^raw$/i.test(value)) return undefined;
  if (/^nolog$/i.test(value)) return note('not taken over: deprecated by auditd', 'write_logs = false');
  return note(
    'not taken over: names are not written into the log',
    'bpfaudit search -i reads them as it prints',
  );
}

function note(text: string, hint?: string): Note {
  return hint === undefined ? { text } : { text, hint };
}
