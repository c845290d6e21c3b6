import type { LogCounts } from '../../log/guarded-log.ts';
import type { CollectorCounts } from '../collector.ts';
import type { JoinedOutput } from '../joined-output.ts';

/** What the daemon says about itself: `bpfaudit status --json`. Numbers count since the start. */
export interface DaemonStatus {
  readonly version: string;
  readonly pid: number;
  readonly collector: CollectorCounts;
  /** Absent if events are not joined. */
  readonly join?: JoinedOutput['counts'];
  /** Absent if no log is written. */
  readonly log?: LogCounts & { readonly suspended: boolean };
}
