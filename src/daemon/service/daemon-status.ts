import type { LogCounts } from '../../log/guarded-log.ts';
import type { SessionStatus } from '../session-status.ts';

/** What became of the lines for one plugin or forwarder. */
export interface ReceiverStatus {
  readonly name: string;
  /** `plugin`, `syslog`, `journald` or `json`. */
  readonly kind: string;
  readonly sent: number;
  readonly dropped: number;
  readonly waiting: number;
  /** How often it was started or connected again. */
  readonly restarts: number;
  readonly state: 'up' | 'down' | 'given-up';
}

/** A policy that is loaded; `bpfaudit policy list` says more. */
export interface LoadedPolicy {
  readonly name: string;
  readonly version?: string;
  readonly mode: 'enforce' | 'monitor';
  readonly generation: number;
  readonly state: 'active' | 'leftover';
}

/** What the daemon says about itself: `bpfaudit status --json`. Numbers count since the start. */
export interface DaemonStatus extends SessionStatus {
  readonly version: string;
  readonly pid: number;
  readonly uptimeSeconds: number;
  readonly configFile: string;
  readonly residentBytes: number;
  /** Absent if no log is written. Lines handed over = lines + waiting + lost. */
  readonly log?: LogCounts & { readonly file: string; readonly suspended: boolean };
  readonly receivers: readonly ReceiverStatus[];
  readonly policies: readonly LoadedPolicy[];
}
