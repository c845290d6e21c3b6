import type { AuditFeatures } from '../../netlink/features.ts';
import type { AuditStatus } from '../../netlink/status.ts';

const ENABLED = ['disable', 'enabled', 'enabled+immutable'];
const FAILURE = ['silent', 'printk', 'panic'];

/** How to print a status. */
export interface StatusTextOptions {
  /** `-i`: words for `enabled` and `failure`. @default false */
  readonly interpret?: boolean;
}

/**
 * The kernel's audit status as `auditctl -s` of audit 3.0.9 prints it, without the line on login uids. Lines
 * for what an older kernel does not report are absent.
 */
export function statusText(status: AuditStatus, options: StatusTextOptions = {}): string {
  const words = options.interpret === true;
  const lines: [string, number | string | undefined][] = [
    ['enabled', words ? (ENABLED[status.enabled] ?? 'unknown') : status.enabled],
    ['failure', words ? (FAILURE[status.failure] ?? 'unknown') : status.failure],
    ['pid', status.pid],
    ['rate_limit', status.rateLimit],
    ['backlog_limit', status.backlogLimit],
    ['lost', status.lost],
    ['backlog', status.backlog],
    ['backlog_wait_time', status.backlogWaitTime],
    ['backlog_wait_time_actual', status.backlogWaitTimeActual],
  ];
  return lines.map(([name, value]) => (value === undefined ? '' : `${name} ${value}\n`)).join('');
}

/** The line on login uids that `auditctl -s` ends with; empty for a kernel that does not know the feature. */
export function loginuidText(features: AuditFeatures): string {
  const { known, on, locked } = features.loginuidImmutable;
  return known ? `loginuid_immutable ${on ? 1 : 0} ${locked ? 'locked' : 'unlocked'}\n` : '';
}
