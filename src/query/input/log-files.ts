import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BpfauditError } from '../../errors/audit-error.ts';

/** Where logs are looked for when none is named: ours, then auditd's. */
export const DEFAULT_LOGS = ['/var/log/bpfaudit/audit.log', '/var/log/audit/audit.log'] as const;

const SUFFIXES = ['', '.gz', '.zst'];

/**
 * The files that a path stands for, the oldest first: the file itself, or the rotated logs of a directory.
 *
 * @throws E_LOG_NOT_FOUND if there is nothing there.
 */
export function logFilesOf(path: string): readonly string[] {
  let isDirectory: boolean;
  try {
    isDirectory = statSync(path).isDirectory();
  } catch (cause) {
    throw new BpfauditError(`open log ${path}: no such file or directory`, {
      code: 'E_LOG_NOT_FOUND',
      hint: 'name a log file, or a directory that holds audit.log',
      cause,
    });
  }
  return isDirectory ? rotatedLogs(join(path, 'audit.log')) : [path];
}

/**
 * A log and what was rotated out of it (`audit.log.1`, `audit.log.2.gz` ...), the oldest first.
 *
 * @throws E_LOG_NOT_FOUND if there is none.
 */
export function rotatedLogs(live: string): readonly string[] {
  const files: string[] = existsSync(live) ? [live] : [];
  for (let number = 1; ; number += 1) {
    const found = SUFFIXES.map((suffix) => `${live}.${number}${suffix}`).find((file) => existsSync(file));
    if (found === undefined) break;
    files.push(found);
  }
  if (files.length === 0) {
    throw new BpfauditError(`open log ${live}: no such file`, {
      code: 'E_LOG_NOT_FOUND',
      hint: 'name a log with -if, or pipe one in',
    });
  }
  return files.toReversed();
}

/** The logs of this machine: the first of {@link DEFAULT_LOGS} that is there. */
export function defaultLogs(): readonly string[] {
  const live = DEFAULT_LOGS.find((path) => existsSync(path)) ?? DEFAULT_LOGS[1];
  return rotatedLogs(live);
}

/** `end_of_event_timeout` of auditd.conf(5), in seconds, or undefined if it is not set there. */
export function configuredTimeoutSec(path = '/etc/audit/auditd.conf'): number | undefined {
  try {
    const found = /^\s*end_of_event_timeout\s*=\s*(\d+)/im.exec(readFileSync(path, 'latin1'));
    return found === null ? undefined : Number(found[1]);
  } catch {
    return undefined;
  }
}
