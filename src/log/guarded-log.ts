import type { DiskAction } from './disk-action.ts';
import { countLines } from './flush-mode.ts';
import { errorName } from '../errors/thrown.ts';
import type { LogEvent } from './log-event.ts';
import { LogFile, type LogFileOptions } from './log-file.ts';
import type { LogRecords } from './log-record.ts';
import { LineQueue } from './line-queue.ts';
import type { DiskEffects, LogPolicy } from './log-policy.ts';
import { SpaceGuard, type SpaceAlarm } from './space-guard.ts';

/** What a {@link GuardedLog} is made of. */
export interface GuardedLogOptions extends Omit<LogFileOptions, 'strict' | 'onSyncError'> {
  readonly policy: LogPolicy;
  readonly effects: DiskEffects;
  /** Makes the records about the log that go into it; @default none are written */
  readonly records?: LogRecords;
  /** Bytes of lines that may wait while nothing can be written; @default 8 MiB */
  readonly queueBytes?: number;
  /** A clock that only goes forward, in milliseconds; @default that of the process */
  readonly clock?: () => number;
}

/** Numbers that only grow, but for `waiting`. */
export interface LogCounts {
  readonly lines: number;
  readonly bytes: number;
  readonly rotations: number;
  readonly errors: number;
  readonly waiting: number;
  readonly lost: number;
}

const MIB = 1024 * 1024;
/** auditd stops after so many lines about errors. */
const ERRORS_TOLD = 5;
/** Rotating for want of space frees nothing while the log is small, and would soon delete all history. */
const LEAST_ROTATED_BYTES = MIB;
/** Free space is not looked at more often. */
const LOOK_MS = 250;

/**
 * The log of a daemon: rotated when it is large, watched for space, and kept going when the disk fails. It never
 * throws for a disk: lines that cannot be written wait in memory, and those that find no room there are counted
 * and become a record at the place where they are missing.
 */
export class GuardedLog implements Disposable {
  readonly #options: GuardedLogOptions;
  readonly #queue: LineQueue;
  #policy: LogPolicy;
  #guard: SpaceGuard;
  readonly #file: LogFile;
  #suspended = false;
  /** The file is not in its place, and no other could be opened: what went to it would be seen by nobody. */
  #misplaced = false;
  readonly #clock: () => number;
  #looked = -Infinity;
  #sizeTold = false;
  #errorsTold = 0;
  #failing = false;
  #held: (lines: number) => void = () => undefined;
  readonly #own: LogEvent[] = [];
  readonly #counts = { lines: 0, bytes: 0, rotations: 0, errors: 0, lost: 0 };

  /** @throws {BpfauditError} `E_LOG`, `E_LOG_UNSAFE`: at the start, a log that does not open is an error */
  constructor(path: string, options: GuardedLogOptions) {
    this.#options = options;
    this.#policy = options.policy;
    this.#clock = options.clock ?? (() => performance.now());
    this.#guard = new SpaceGuard(options.policy);
    this.#queue = new LineQueue(options.queueBytes ?? 8 * MIB);
    this.#file = this.#open(path);
    this.#tidy();
  }

  /** The log, for who has to know how far it was written. */
  get log(): this {
    return this;
  }

  /** What was counted since the start. */
  get counts(): LogCounts {
    const { waiting, lost } = this.#queue.counts;
    return { ...this.#counts, lost: this.#counts.lost + lost, waiting };
  }

  /** Whether nothing is written until {@link resume}. */
  get suspended(): boolean {
    return this.#suspended;
  }

  /** Calls `held` with the number of lines that are in memory only, whenever that changes. */
  watchHeld(held: (lines: number) => void): void {
    this.#held = held;
  }

  /** Lines that were in memory when the last daemon was killed. */
  lostWhenKilled(lines: number): void {
    this.#counts.lost += lines;
    this.#tell({ kind: 'lost', lines, where: 'killed' });
  }

  /** Where the log is; nothing while lines wait, since a batch does not go to the disk then. */
  place(): { readonly ino: number; readonly size: number } | undefined {
    return this.#writable ? this.#file.place() : undefined;
  }

  /** Cuts everything behind `size` bytes off. */
  rewind(size: number): void {
    this.#file.rewind(size);
  }

  /** Before a batch: opens what was removed, and writes what waits. */
  ready(): void {
    if (this.#suspended) return;
    try {
      this.#misplaced = true;
      this.#file.ready();
      this.#misplaced = false;
      this.#writeOwn();
      this.#drain();
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Takes whole lines: writes them, or keeps them in memory. */
  write(lines: Uint8Array): void {
    if (this.#writable) {
      try {
        this.#file.write(lines);
        this.#wrote(lines);
        return;
      } catch (error) {
        this.#failed(error);
      }
    }
    this.#queue.add(lines);
    this.#held(this.#queue.counts.waiting);
  }

  /** After a batch: rotates a log that is large enough, and looks at the space. */
  settle(): void {
    if (this.#suspended) return;
    if (!this.#queue.empty || this.#own.length > 0) this.ready();
    try {
      this.#checkSize();
      this.#checkSpace();
    } catch (error) {
      this.#failed(error);
    }
  }

  /** SIGUSR1: rotates now. Returns whether there is anything to rotate to. */
  rotate(): boolean {
    try {
      return this.#rotate();
    } catch (error) {
      this.#failed(error);
      return false;
    }
  }

  /** SIGUSR2: goes on after suspend; every warning may be given again. */
  resume(): void {
    this.#suspended = false;
    this.#forget();
    this.ready();
  }

  /** SIGHUP: another configuration for the same log. */
  configure(policy: LogPolicy): void {
    this.#policy = policy;
    this.#guard = new SpaceGuard(policy);
    this.#forget();
    this.#tidy();
  }

  [Symbol.dispose](): void {
    this.ready();
    this.#file[Symbol.dispose]();
  }

  get #writable(): boolean {
    return !this.#suspended && !this.#misplaced && this.#queue.empty;
  }

  #open(path: string): LogFile {
    const {
      policy: _policy,
      effects: _effects,
      records: _records,
      queueBytes: _bytes,
      clock: _clock,
      ...file
    } = this.#options;
    return new LogFile(path, {
      ...file,
      strict: true,
      onEvent: (event) => this.#tell(event),
      onSyncError: (error) => this.#failed(error),
    });
  }

  /** Only rotate deletes, and only at the start and when it is told to read its configuration again. */
  #tidy(): void {
    if (this.#policy.max_log_file_action.word !== 'rotate') return;
    try {
      this.#file.deleteExcess(this.#policy.num_logs);
    } catch (error) {
      this.#failed(error);
    }
  }

  #forget(): void {
    this.#guard = new SpaceGuard(this.#policy);
    this.#sizeTold = false;
    this.#errorsTold = 0;
  }

  #tell(event: LogEvent): void {
    this.#own.push(event);
    if (event.kind === 'rotated') this.#counts.rotations++;
    this.#options.onEvent?.(event);
  }

  #wrote(lines: Uint8Array): void {
    this.#failing = false;
    this.#guard.wrote();
    this.#counts.bytes += lines.length;
    this.#counts.lines += countLines(lines);
  }

  /** Own records stand before what is written next. */
  #writeOwn(): void {
    for (let event = this.#own[0]; event !== undefined; event = this.#own[0]) {
      const line = this.#options.records?.line(event);
      if (line) this.#file.write(line);
      this.#own.shift();
    }
  }

  #drain(): void {
    if (this.#queue.empty) return;
    const waited = this.#queue.counts.waiting;
    for (let batch = this.#queue.first; batch !== undefined; batch = this.#queue.first) {
      this.#file.write(batch);
      this.#wrote(batch);
      this.#queue.shift();
      this.#held(this.#queue.counts.waiting);
    }
    const lost = this.#queue.takeLost();
    this.#counts.lost += lost;
    if (lost > 0) this.#tell({ kind: 'lost', lines: lost, where: 'queue' });
    this.#tell({ kind: 'resumed', waited });
    this.#writeOwn();
  }

  #checkSize(): void {
    const { max_log_file, max_log_file_action: action } = this.#policy;
    if (this.#file.size < max_log_file * MIB) {
      this.#sizeTold = false;
      return;
    }
    if (action.word === 'rotate' || action.word === 'keep_logs') {
      this.#rotate();
      return;
    }
    if (this.#sizeTold) return;
    this.#sizeTold = true;
    this.#act(action, `the log has reached ${max_log_file} MiB`, 'max_log_file');
  }

  #checkSpace(): void {
    const now = this.#clock();
    if (now - this.#looked < LOOK_MS) return;
    this.#looked = now;
    const low = this.#guard.low;
    const { space } = this.#file;
    for (const alarm of this.#guard.look(space)) this.#alarm(alarm, space.availableBytes);
    if (low && !this.#guard.low) {
      this.#tell({ kind: 'space', level: 'enough', availableBytes: space.availableBytes });
    }
  }

  #alarm({ level, action, first }: SpaceAlarm, availableBytes: number): void {
    if (first) this.#tell({ kind: 'space', level, availableBytes });
    if (action.word === 'rotate') {
      if (this.#file.size >= LEAST_ROTATED_BYTES) this.#file.rotate(this.#policy.num_logs);
      return;
    }
    this.#act(action, `${Math.floor(availableBytes / MIB)} MiB are left for the log`, level);
  }

  #rotate(): boolean {
    const keep = this.#policy.max_log_file_action.word === 'keep_logs';
    return keep ? this.#file.keep() : this.#file.rotate(this.#policy.num_logs);
  }

  #failed(error: unknown): void {
    const name = errorName(error) || (error instanceof Error ? error.name : 'unknown');
    this.#counts.errors++;
    if (name === 'ENOSPC' || name === 'EDQUOT') {
      const alarm = this.#guard.writeFailed();
      if (alarm) this.#diskFull(alarm);
      return;
    }
    const action = this.#policy.disk_error_action;
    if (!this.#failing) this.#tell({ kind: 'error', error: name });
    const again = this.#failing;
    this.#failing = true;
    if (action.word === 'syslog' ? this.#errorsTold++ >= ERRORS_TOLD : again) return;
    this.#act(action, `the log failed (${name})`, 'disk_error');
  }

  #diskFull({ level, action, first }: SpaceAlarm): void {
    if (first) this.#tell({ kind: 'space', level, availableBytes: 0 });
    if (action.word !== 'rotate') {
      this.#act(action, 'no space is left for the log', level);
      return;
    }
    try {
      this.#file.rotate(this.#policy.num_logs);
    } catch {
      // there is no room for a new file either: the next batch tries again
    }
  }

  #act(action: DiskAction, text: string, reason: string): void {
    const { effects } = this.#options;
    const said = `bpfauditd: ${text} (${reason}): ${action.word}`;
    if (action.word === 'ignore') return;
    effects.syslog(said);
    if (action.word === 'email') effects.email(this.#policy.action_mail_acct, 'Audit disk space alert', said);
    if (action.word === 'exec' && action.program !== undefined) effects.exec(action.program);
    if (action.word === 'single') effects.single();
    if (action.word === 'halt') effects.halt();
    if (action.word === 'suspend') {
      this.#suspended = true;
      this.#tell({ kind: 'suspended', reason });
    }
  }
}
