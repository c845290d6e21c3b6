import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { GuardedLog } from '../../log/guarded-log.ts';
import { auditLogRecords, jsonLogRecords } from '../../log/log-record.ts';
import { realtimeMs } from '../../sys/clock.ts';
import { logOptions } from '../config/log-settings.ts';
import type { LogSection } from '../config/settings.ts';
import { diskEffects } from '../disk-effects.ts';

/** What the log of a daemon needs of it. */
export interface DaemonLogOptions {
  /** Stands in front of each line; undefined: nothing */
  readonly prefix: string | undefined;
  /** A serial for a record about the log; 0 if there is none yet. */
  readonly serial: () => number;
  /** Told after each rotation. */
  readonly onRotated: () => void;
}

/**
 * Opens the log that the settings name, and makes its folder.
 *
 * @throws {BpfauditError} `E_CONFIG`, `E_LOG`, `E_LOG_UNSAFE`
 */
export function openDaemonLog(log: LogSection, { prefix, serial, onRotated }: DaemonLogOptions): GuardedLog {
  mkdirSync(dirname(dirname(log.log_file)), { recursive: true, mode: 0o755 });
  const source = { serial, clock: realtimeMs };
  const records = log.log_format === 'json' ? jsonLogRecords(source) : auditLogRecords(source);
  return new GuardedLog(log.log_file, {
    ...logOptions(log),
    effects: diskEffects(),
    records: {
      line: (event) => {
        const line = records.line(event);
        return line && prefix !== undefined ? Buffer.concat([Buffer.from(prefix), line]) : line;
      },
    },
    onEvent: ({ kind }) => {
      if (kind === 'rotated') onRotated();
    },
  });
}
