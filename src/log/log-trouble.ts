import { errorName } from '../errors/thrown.ts';
import type { DiskAction } from './disk-action.ts';
import type { Space } from './file-system.ts';
import type { LogEvent } from './log-event.ts';
import type { DiskEffects, LogPolicy } from './log-policy.ts';
import { SpaceGuard, type SpaceAlarm } from './space-guard.ts';

const MIB = 1024 * 1024;
/** auditd stops after so many lines about errors. */
const ERRORS_TOLD = 5;

/** What is said and done when a log has no room, is too large, or cannot be written: the actions of auditd.conf(5). */
export class LogTrouble {
  readonly #effects: DiskEffects;
  readonly #tell: (event: LogEvent) => void;
  #policy: LogPolicy;
  #guard: SpaceGuard;
  #suspended = false;
  #sizeTold = false;
  #errorsTold = 0;
  #failing = false;
  #errors = 0;

  /** @param tell - told what happened, for the log itself */
  constructor(policy: LogPolicy, effects: DiskEffects, tell: (event: LogEvent) => void) {
    this.#effects = effects;
    this.#tell = tell;
    this.#policy = policy;
    this.#guard = new SpaceGuard(policy);
  }

  /** Whether an action has suspended the log. */
  get suspended(): boolean {
    return this.#suspended;
  }

  /** How often it failed. */
  get errors(): number {
    return this.#errors;
  }

  /** Another configuration: every warning may be given again. */
  configure(policy: LogPolicy): void {
    this.#policy = policy;
    this.#forget();
  }

  /** The operator says that it may go on: every warning may be given again. */
  resume(): void {
    this.#suspended = false;
    this.#forget();
  }

  /** Lines were written: whatever was wrong is over. */
  wrote(): void {
    this.#failing = false;
    this.#guard.wrote();
  }

  /** The log is not too large. */
  small(): void {
    this.#sizeTold = false;
  }

  /** The log is too large, and its action is none that rotates. */
  large(): void {
    if (this.#sizeTold) return;
    this.#sizeTold = true;
    const { max_log_file: size, max_log_file_action: action } = this.#policy;
    this.#act(action, `the log has reached ${size} MiB`, 'max_log_file');
  }

  /**
   * Looks at the space that is free.
   *
   * @returns whether room is to be made by a rotation
   */
  look(space: Space): boolean {
    const { availableBytes } = space;
    const low = this.#guard.low;
    let rotates = false;
    for (const { level, action, first } of this.#guard.look(space)) {
      if (first) this.#tell({ kind: 'space', level, availableBytes });
      if (action.word === 'rotate') rotates = true;
      else this.#act(action, `${Math.floor(availableBytes / MIB)} MiB are left for the log`, level);
    }
    if (low && !this.#guard.low) this.#tell({ kind: 'space', level: 'enough', availableBytes });
    return rotates;
  }

  /**
   * The log could not be written, or something else about it failed.
   *
   * @returns whether room is to be made by a rotation
   */
  failed(error: unknown): boolean {
    const name = errorName(error) || (error instanceof Error ? error.name : 'unknown');
    this.#errors++;
    if (name === 'ENOSPC' || name === 'EDQUOT') {
      const alarm = this.#guard.writeFailed();
      return alarm !== undefined && this.#full(alarm);
    }
    const action = this.#policy.disk_error_action;
    if (!this.#failing) this.#tell({ kind: 'error', error: name });
    const again = this.#failing;
    this.#failing = true;
    const told = action.word === 'syslog' ? this.#errorsTold++ >= ERRORS_TOLD : again;
    if (!told) this.#act(action, `the log failed (${name})`, 'disk_error');
    return false;
  }

  #full({ level, action, first }: SpaceAlarm): boolean {
    if (first) this.#tell({ kind: 'space', level, availableBytes: 0 });
    if (action.word === 'rotate') return true;
    this.#act(action, 'no space is left for the log', level);
    return false;
  }

  #forget(): void {
    this.#guard = new SpaceGuard(this.#policy);
    this.#sizeTold = false;
    this.#errorsTold = 0;
  }

  #act(action: DiskAction, text: string, reason: string): void {
    const said = `bpfauditd: ${text} (${reason}): ${action.word}`;
    if (action.word === 'ignore') return;
    this.#effects.syslog(said);
    if (action.word === 'email')
      this.#effects.email(this.#policy.action_mail_acct, 'Audit disk space alert', said);
    if (action.word === 'exec' && action.program !== undefined) this.#effects.exec(action.program);
    if (action.word === 'single') this.#effects.single();
    if (action.word === 'halt') this.#effects.halt();
    if (action.word === 'suspend') {
      this.#suspended = true;
      this.#tell({ kind: 'suspended', reason });
    }
  }
}
