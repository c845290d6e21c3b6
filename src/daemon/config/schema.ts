import { action, flag, path, room, text, whole, word, type Key } from './key.ts';
import type { Settings } from './settings.ts';

/** A section of bpfaudit.toml. */
export interface Section<T> {
  readonly why: string;
  readonly keys: { readonly [K in keyof T]: Key<T[K]> };
}

const GROUP_NAME = /^[A-Za-z_][\w.-]{0,31}\$?$/;
const NODE_NAME = /^[\w.:-]{0,253}$/;
const ADDRESS = /^[\w.+-]+(?:@[\w.-]+)?$/;
const LISTEN = /^(?:(?:\d{1,3}\.){3}\d{1,3}:\d{1,5}|\[[\da-fA-F:]+\]:\d{1,5}|)$/;
const HOST_PORT = String.raw`(?:[\w.-]+|\[[\da-fA-F:]+\]):\d{1,5}`;
const STREAM = new RegExp(String.raw`^(?:tcp://${HOST_PORT}|unix:///[^\s\0]+|)$`);
const STREAM_OR_DATAGRAM = new RegExp(String.raw`^(?:(?:tcp|udp)://${HOST_PORT}|unix:///[^\s\0]+|)$`);
const SPACE_WORDS = ['ignore', 'syslog', 'rotate', 'email', 'exec', 'suspend', 'single', 'halt'] as const;

/** Every key of bpfaudit.toml. Words that auditd.conf has mean the same here. */
export const SCHEMA: { readonly [S in keyof Settings]: Section<Settings[S]> } = {
  daemon: {
    why: 'The process itself.',
    keys: {
      priority_boost: whole(4, { min: 0, max: 19 }, 'how far it goes before other processes (nice -N)'),
    },
  },
  log: {
    why: 'The log file. Words of auditd.conf mean what they mean there.',
    keys: {
      log_file: path('/var/log/bpfaudit/audit.log', 'where records go; no link, in a folder of root alone'),
      write_logs: flag(true, 'false: write no log, serve plugins and forwarders only'),
      log_format: word('raw', ['raw', 'json'], 'raw is what ausearch reads; json is one object a line'),
      log_group: text('root', GROUP_NAME, 'the name of a group', 'who may read the log besides root'),
      name_format: word(
        'none',
        ['none', 'hostname', 'fqd', 'numeric', 'user'],
        'what node= says in each record: nothing, host, full name, address, or name',
      ),
      name: text('', NODE_NAME, 'letters, digits and . : - _', 'the name for name_format = "user"'),
      flush: word(
        'incremental_async',
        ['none', 'incremental', 'incremental_async', 'data', 'sync'],
        'what survives a power cut; a kill of the daemon loses nothing with any of them',
      ),
      freq: whole(50, { min: 0, max: 65535, unit: 'records' }, 'records between two flushes to the disk'),
      max_log_file: whole(
        8,
        { min: 1, max: 1048576, unit: 'MiB' },
        'size at which max_log_file_action is due',
      ),
      max_log_file_action: action(
        'rotate',
        ['ignore', 'syslog', 'exec', 'suspend', 'rotate', 'keep_logs'],
        'rotate deletes the oldest, keep_logs deletes none',
      ),
      num_logs: whole(5, { min: 0, max: 999, unit: 'files' }, 'files that are kept, the live one included'),
      compress: word(
        'none',
        ['none', 'zstd'],
        'zstd makes rotated logs small; ausearch cannot read them then',
      ),
      index: word(
        'none',
        ['none', 'sidecar'],
        'sidecar writes an index beside each rotated log, by which bpfaudit search leaves logs out',
      ),
      space_left: room({ mib: 75 }, 'free space that is a reason to warn'),
      space_left_action: action('syslog', SPACE_WORDS, 'the warning'),
      admin_space_left: room({ mib: 50 }, 'free space that is the last warning; less than space_left'),
      admin_space_left_action: action('suspend', SPACE_WORDS, 'what then'),
      disk_full_action: action(
        'suspend',
        ['ignore', 'syslog', 'rotate', 'exec', 'suspend', 'single', 'halt'],
        'what to do when the disk is full',
      ),
      disk_error_action: action(
        'suspend',
        ['ignore', 'syslog', 'exec', 'suspend', 'single', 'halt'],
        'what to do when the disk fails',
      ),
      action_mail_acct: text('root', ADDRESS, 'a mail address', 'who gets the mail of the action email'),
    },
  },
  join: {
    why: "The kernel's own records of the same event.",
    keys: {
      source: word(
        'beside',
        ['none', 'serial', 'beside', 'instead'],
        'beside: auditd may run; instead: in the place of auditd; serial: only the serial',
      ),
      end_of_event_timeout: whole(
        2,
        { min: 1, max: 60, unit: 'seconds' },
        'how long an event waits for records of the kernel',
      ),
      companion_rules: flag(
        true,
        'keep rules in the kernel by which it writes the whole event of each denied system call',
      ),
    },
  },
  policies: {
    why: 'What is loaded at the start, and when the configuration is read again.',
    keys: {
      directory: path('/etc/bpfaudit/policies.d', 'every policy in it is loaded, in the order of names'),
      paths: word(
        'auto',
        ['auto', 'helper', 'walk'],
        'how paths are rendered: the best way, bpf_d_path, or a walk over dentries',
      ),
    },
  },
  rules: {
    why: 'Rules of the list bpf.',
    keys: {
      directory: path(
        '/etc/bpfaudit/rules.d',
        'its *.rules files are loaded at the start and on HUP, in the order of ls -v',
      ),
    },
  },
  ring: {
    why: 'The ring between kernel and daemon.',
    keys: {
      size: whole(
        16777216,
        { min: 65536, max: 1073741824, unit: 'bytes', power: true },
        'room for what happens while the daemon is away; used when the ring is made',
      ),
    },
  },
  plugins: {
    why: 'Programs that get every record on their standard input, as those of auditd do.',
    keys: {
      plugin_dir: path('/etc/bpfaudit/plugins.d', 'their configuration, one file each'),
      q_depth: whole(2000, { min: 1, max: 1000000, unit: 'records' }, 'records that wait for a slow plugin'),
      overflow_action: action(
        'syslog',
        ['ignore', 'syslog', 'suspend', 'single', 'halt'],
        'what to do when that queue is full; what is dropped is counted in any case',
      ),
      max_restarts: whole(10, { min: 0, max: 1000 }, 'how often a plugin that ends is started again'),
    },
  },
  forward: {
    why: 'Receivers that get every record over a socket. A slow one loses records, which are counted.',
    keys: {
      syslog: text(
        '',
        STREAM_OR_DATAGRAM,
        '"unix:///dev/log", "udp://ADDRESS:PORT", "tcp://ADDRESS:PORT" or ""',
        'syslog of RFC 5424; off if empty',
      ),
      journald: flag(false, 'to the journal of systemd, with fields of its own'),
      json: text(
        '',
        STREAM,
        '"unix:///PATH", "tcp://ADDRESS:PORT" or ""',
        'one JSON object a line for each record; off if empty',
      ),
      q_depth: whole(
        2000,
        { min: 1, max: 1000000, unit: 'records' },
        'records that wait for a slow receiver',
      ),
    },
  },
  control: {
    why: 'Where bpfaudit talks to the daemon.',
    keys: { socket: path('/run/bpfaudit/control.sock', 'Unix socket of root alone') },
  },
  metrics: {
    why: 'What the daemon says about itself.',
    keys: {
      listen: text('', LISTEN, '"ADDRESS:PORT", or "" for none', 'where Prometheus may read; off if empty'),
      report_interval: whole(
        0,
        { min: 0, max: 3456000, unit: 'seconds' },
        'how often the status is written to /run/bpfaudit/status.json; 0 is never',
      ),
    },
  },
};

/** A key with its place, whatever its type. */
export interface AnyKey {
  readonly section: string;
  readonly name: string;
  readonly key: Key<unknown>;
}

/** All keys in the order of the file. */
export const ALL_KEYS: readonly AnyKey[] = Object.entries<{ keys: Readonly<Record<string, Key<unknown>>> }>(
  SCHEMA,
).flatMap(([section, { keys }]) => Object.entries(keys).map(([name, key]) => ({ section, name, key })));

/** Names of the sections in the order of the file. */
export const SECTION_NAMES: readonly string[] = Object.keys(SCHEMA);
