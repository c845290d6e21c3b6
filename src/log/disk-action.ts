/** What the daemon does when the disk says no, in the words of auditd.conf(5). */
export type DiskActionWord =
  | 'ignore'
  | 'syslog'
  | 'rotate'
  | 'keep_logs'
  | 'email'
  | 'exec'
  | 'suspend'
  | 'single'
  | 'halt';

/** One action with what it needs. */
export interface DiskAction {
  readonly word: DiskActionWord;
  /** The program that `exec` runs, an absolute path. */
  readonly program?: string;
}

/** Free space that is too little: a number of MiB, or a share of the file system. */
export type Room = { readonly mib: number } | { readonly percent: number };
