import type { Rule } from './rule.ts';
import type { RuleSource } from './rule-error.ts';

/** Words `--signal` takes, and the signal each sends to the daemon. */
export const DAEMON_SIGNALS = {
  term: 'SIGTERM',
  stop: 'SIGTERM',
  hup: 'SIGHUP',
  reload: 'SIGHUP',
  usr1: 'SIGUSR1',
  rotate: 'SIGUSR1',
  usr2: 'SIGUSR2',
  resume: 'SIGUSR2',
  cont: 'SIGCONT',
  state: 'SIGCONT',
} as const;

/** A signal the daemon understands. */
export type DaemonSignal = (typeof DAEMON_SIGNALS)[keyof typeof DAEMON_SIGNALS];

/** Settings of the kernel's audit that a line can change. */
export type AuditSetting = 'enabled' | 'failure' | 'rate-limit' | 'backlog-limit' | 'backlog-wait-time';

/** What an option line asks for; one member per verb of auditctl. */
export type CommandBody =
  /** `-a`, `-A`, `-w`. */
  | { readonly kind: 'add'; readonly rule: Rule; readonly warnings: readonly string[] }
  /** `-d`, `-W`. */
  | { readonly kind: 'delete'; readonly rule: Rule; readonly warnings: readonly string[] }
  /** `-D`, with `-k` only the rules that carry this key. */
  | { readonly kind: 'delete-all'; readonly key: string | undefined }
  /**
   * `-l`, with `-k` only the rules that carry this key, with `-i` interpreted, with `--where` where each rule of
   * the list `bpf` is decided and what it has dropped.
   */
  | {
      readonly kind: 'list';
      readonly key: string | undefined;
      readonly interpret: boolean;
      readonly where: boolean;
    }
  /** `-s`, with `-i` interpreted. */
  | { readonly kind: 'status'; readonly interpret: boolean }
  /** `-e -f -r -b --backlog_wait_time`; enabled and failure are 0 to 2, the others 32 bits. */
  | { readonly kind: 'set'; readonly setting: AuditSetting; readonly value: number }
  /** `-c`: go on after an error, and say so with the exit status. */
  | { readonly kind: 'continue' }
  /** `-i`: go on after an error. */
  | { readonly kind: 'ignore' }
  /** `-m`: write a USER record. */
  | { readonly kind: 'message'; readonly text: string }
  /** `-R`: read rules from a file. */
  | { readonly kind: 'read'; readonly file: string }
  /** `-q MOUNT,SUBTREE`. */
  | { readonly kind: 'equivalent'; readonly mount: string; readonly subtree: string }
  /** `-t`. */
  | { readonly kind: 'trim' }
  | { readonly kind: 'loginuid-immutable' }
  | { readonly kind: 'reset-lost' }
  | { readonly kind: 'reset-backlog-wait-time-actual' }
  | { readonly kind: 'signal'; readonly signal: DaemonSignal }
  | { readonly kind: 'version' }
  | { readonly kind: 'help' };

/** One thing a line or a command line asks for, with the place that asked. */
export type Command = CommandBody & {
  readonly source: RuleSource;
  /** Column of the option that asked, from 1. */
  readonly column: number;
};
