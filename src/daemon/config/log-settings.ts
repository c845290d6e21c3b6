import type { GuardedLogOptions } from '../../log/guarded-log.ts';
import type { LogPolicy } from '../../log/log-policy.ts';
import { BpfauditError } from '../../errors/audit-error.ts';
import { findGroupId } from '../../sys/accounts.ts';
import type { LogSection } from './settings.ts';

/** The part of `[log]` that can change while the log is open (SIGHUP). */
export function logPolicy(log: LogSection): LogPolicy {
  return {
    max_log_file: log.max_log_file,
    max_log_file_action: log.max_log_file_action,
    num_logs: log.num_logs,
    space_left: log.space_left,
    space_left_action: log.space_left_action,
    admin_space_left: log.admin_space_left,
    admin_space_left_action: log.admin_space_left_action,
    disk_full_action: log.disk_full_action,
    disk_error_action: log.disk_error_action,
    action_mail_acct: log.action_mail_acct,
  };
}

/**
 * What a `GuardedLog` needs of `[log]`.
 *
 * @param groupId - looks a group up by name; @default that of the system
 * @throws {BpfauditError} `E_CONFIG` if there is no such group
 */
export function logOptions(
  log: LogSection,
  groupId: (name: string) => number | undefined = findGroupId,
): Pick<GuardedLogOptions, 'policy' | 'flush' | 'freq' | 'gid'> {
  const options = { policy: logPolicy(log), flush: log.flush, freq: log.freq };
  if (log.log_group === 'root') return options;
  const gid = groupId(log.log_group);
  if (gid !== undefined) return { ...options, gid };
  throw new BpfauditError(`log.log_group: expected a group of this machine, found "${log.log_group}"`, {
    code: 'E_CONFIG',
    hint: `groupadd --system ${log.log_group}, or name another`,
  });
}
