import { messageOf } from '../../errors/thrown.ts';
import { ConfigError } from '../../toml/config-error.ts';
import type { Settings } from '../config/settings.ts';
import type { OwnRecord } from '../own-record.ts';
import type { SettingChanges } from './setting-changes.ts';

/** Who writes a record about itself. */
export interface Writer {
  readonly pid: number;
  readonly uid: number;
}

/** The daemon has started. */
export function startRecord(version: string, { log, join }: Settings, { pid, uid }: Writer): OwnRecord {
  return {
    type: 'DAEMON_START',
    op: 'start',
    fields: {
      ver: { word: version },
      format: { word: log.log_format },
      join: { word: join.source },
      pid,
      uid,
    },
    res: 'success',
  };
}

/** The daemon ends. */
export function endRecord({ pid, uid }: Writer): OwnRecord {
  return { type: 'DAEMON_END', op: 'terminate', fields: { pid, uid }, res: 'success' };
}

/** Another configuration was read. */
export function reconfiguredRecord({ live, restart }: Omit<SettingChanges, 'inForce'>): OwnRecord {
  return {
    type: 'DAEMON_CONFIG',
    op: 'reconfigure',
    fields: {
      state: { word: live.length > 0 ? 'changed' : 'no-change' },
      ...(live.length === 0 ? {} : { changed: { word: live.join(',') } }),
      ...(restart.length === 0 ? {} : { 'needs-restart': { word: restart.join(',') } }),
    },
    res: 'success',
  };
}

/** A configuration cannot be used: the record says which line and why. */
export function refusedRecord(error: unknown): OwnRecord {
  const problem = error instanceof ConfigError ? error.problems[0] : undefined;
  return {
    type: 'DAEMON_CONFIG',
    op: 'reconfigure',
    fields: {
      state: { word: 'no-change' },
      ...(problem === undefined ? {} : { line: problem.line, key: problem.key }),
      reason: problem?.text ?? messageOf(error),
    },
    res: 'failed',
  };
}

/**
 * Rotated logs could not be indexed or compressed.
 *
 * @param op - `index-logs` or `compress-logs`
 */
export function notTendedRecord(op: string, error: unknown): OwnRecord {
  return { type: 'DAEMON_ERR', op, fields: { reason: messageOf(error) }, res: 'failed' };
}
