import type { LsmTry, TryResult } from '../bpf/feature-probe.ts';

/** What reading a file gave: its text, or why there is none. */
export type FileText = { readonly text: string } | { readonly error: 'missing' | 'forbidden' };

/** What the kernel says of audit, or the code of the error it answered with. */
export type AuditState = { readonly enabled: number } | { readonly code: string };

/** Version of libbpf; undefined if it is not installed. */
export type LibbpfVersion = { readonly major: number; readonly minor: number } | undefined;

/**
 * All that the doctor looks at. The checks are pure functions over it; {@link hostMachine} is the real one.
 */
export interface Machine {
  /** `uname -r` */
  readonly kernelRelease: string;
  /** `process.arch` */
  readonly arch: string;
  /** Text of a file of /proc or /sys. */
  read(path: string): FileText;
  /** Whether a file system of this magic number is mounted at `path`. */
  isMounted(path: string, magic: number): boolean;
  libbpf(): LibbpfVersion;
  /** Whether bpfaudit's own BPF objects are there. */
  hasOwnObjects(): boolean;
  tryLsmProgram(): LsmTry;
  tryRingBuffer(): TryResult;
  tryTaskStorage(): TryResult;
  audit(): Promise<AuditState>;
}
