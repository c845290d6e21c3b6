import { spawnSync } from 'node:child_process';
import { AuditControl } from '../../src/netlink/audit-control.ts';

/**
 * Why this machine's own audit can't be used in tests; undefined when it can. It must answer, belong to nobody
 * and hold no rules, so that nothing real is disturbed.
 */
export async function whyNoHostAudit(): Promise<string | undefined> {
  try {
    using control = AuditControl.open();
    const { pid, enabled } = await control.status();
    if (pid !== 0) return 'an audit daemon runs on this machine';
    if (enabled === 2) return 'audit is locked on this machine';
    return undefined;
  } catch (error) {
    return `NETLINK_AUDIT is refused: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Why the real auditctl can't be compared with; undefined when it can. */
export function whyNoAuditctl(): string | undefined {
  const { status, stdout } = spawnSync('auditctl', ['-v'], { encoding: 'utf8' });
  if (status !== 0) return 'auditctl is not installed, or not allowed';
  return stdout.includes(' 3.0.9') ? undefined : `auditctl is not 3.0.9: ${stdout.trim()}`;
}

/** Runs the real auditctl. */
export function auditctl(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync('auditctl', args, { encoding: 'utf8' });
}
