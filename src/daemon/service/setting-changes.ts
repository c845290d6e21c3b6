import { ALL_KEYS } from '../config/schema.ts';
import type { Settings } from '../config/settings.ts';

/** Keys that SIGHUP takes over at once; all others need a restart. */
const LIVE: ReadonlySet<string> = new Set([
  'log.max_log_file',
  'log.max_log_file_action',
  'log.num_logs',
  'log.compress',
  'log.index',
  'log.space_left',
  'log.space_left_action',
  'log.admin_space_left',
  'log.admin_space_left_action',
  'log.disk_full_action',
  'log.disk_error_action',
  'log.action_mail_acct',
  'rules.directory',
  'plugins.plugin_dir',
  'plugins.q_depth',
  'plugins.overflow_action',
  'plugins.max_restarts',
  'forward.syslog',
  'forward.journald',
  'forward.json',
  'forward.q_depth',
  'policies.directory',
  'policies.paths',
]);

/** What differs between two configurations. */
export interface SettingChanges {
  /** Keys that take effect at once. */
  readonly live: readonly string[];
  /** Keys that take effect at the next start. */
  readonly restart: readonly string[];
  /** What holds until then: the new values of the live keys, the old ones of all others. */
  readonly inForce: Settings;
}

/** Compares two configurations key by key. */
export function settingChanges(before: Settings, after: Settings): SettingChanges {
  const changed = ALL_KEYS.filter(
    ({ section, name, key }) =>
      key.write(valueOf(before, section, name)) !== key.write(valueOf(after, section, name)),
  ).map(({ section, name }) => `${section}.${name}`);
  return {
    live: changed.filter((key) => LIVE.has(key)),
    restart: changed.filter((key) => !LIVE.has(key)),
    inForce: inForce(before, after),
  };
}

function inForce(before: Settings, after: Settings): Settings {
  const sections = Object.entries(before).map(([section, values]: [string, object]) => [
    section,
    Object.fromEntries(
      Object.entries(values).map(([name, value]: [string, unknown]) => [
        name,
        LIVE.has(`${section}.${name}`) ? valueOf(after, section, name) : value,
      ]),
    ),
  ]);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each value comes from the key of one of the two
  return Object.fromEntries(sections) as Settings;
}

function valueOf(settings: Settings, section: string, name: string): unknown {
  const values: object = Object.entries(settings).find(([key]) => key === section)?.[1] ?? {};
  return Object.entries(values).find(([key]) => key === name)?.[1];
}
