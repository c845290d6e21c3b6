import type { Readable } from 'node:stream';
import type { PathVia } from '../bpf/path-via.ts';
import type { JoinerTimes } from '../events/join/joiner.ts';
import type { RecordSink } from './collector-options.ts';
import type { KernelSource } from './kernel-audit.ts';

/** What a session is to do. */
export interface SessionOptions {
  /** Paths of policy objects; none: just collect. */
  readonly policies: readonly string[];
  /** Names of the programs to load and attach; @default all of the policies' */
  readonly only?: readonly string[];
  readonly sink: RecordSink;
  /** One JSON object a line instead of audit records. */
  readonly json: boolean;
  /** Bring the kernel's own records in; absent: each decision is a line of its own. */
  readonly join?: KernelSource;
  /** Where auditd writes to, for the source `plugin`. */
  readonly pluginInput?: { readonly stream: Readable; readonly node: string };
  /**
   * Keep rules in the kernel by which it writes about the denials of the policies; needs {@link join}. Positive
   * error numbers that the policies return.
   */
  readonly ruleErrnos?: readonly number[];
  /** Told about what goes on meanwhile, a line at a time. */
  readonly say?: (line: string) => void;
  /** How paths are rendered; @default the best way */
  readonly paths?: PathVia;
  /** Size of the ring if it has to be made, in bytes; @default 16 MiB */
  readonly ringSize?: number;
  /** How long events wait for the kernel; @default that of {@link Joiner} */
  readonly joinTimes?: JoinerTimes;
  /** `node=NAME ` in front of each line; @default nothing */
  readonly linePrefix?: string;
}
