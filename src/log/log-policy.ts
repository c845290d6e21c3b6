import type { DiskAction } from './disk-action.ts';
import type { SpaceLimits } from './space-guard.ts';

/** What actions do outside of the log. */
export interface DiskEffects {
  syslog(text: string): void;
  email(account: string, subject: string, text: string): void;
  exec(program: string): void;
  /** To single-user mode. */
  single(): void;
  /** The machine goes down. */
  halt(): void;
}

/** How a {@link GuardedLog} is kept: the keys of auditd.conf(5). */
export interface LogPolicy extends SpaceLimits {
  readonly max_log_file: number;
  readonly max_log_file_action: DiskAction;
  readonly num_logs: number;
  readonly disk_error_action: DiskAction;
  readonly action_mail_acct: string;
}
