import { countLines } from './flush-mode.ts';
import type { LogEvent } from './log-event.ts';
import { LogFile, type LogFileOptions } from './log-file.ts';
import type { LogRecords } from './log-record.ts';
import { LogTrouble } from './log-trouble.ts';
import { LineQueue } from './line-queue.ts';
import type { DiskEffects, LogPolicy } from './log-policy.ts';

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
  readonly #trouble: LogTrouble;
  readonly #file: LogFile;
  /** The file is not in its place, and no other could be opened: what went to it would be seen by nobody. */
  #misplaced = false;
  readonly #clock: () => number;
  #looked = -Infinity;
  #held: (lines: number) => void = () => undefined;
  readonly #own: LogEvent[] = [];
  readonly #counts = { lines: 0, bytes: 0, rotations: 0, lost: 0 };

  /** @throws {BpfauditError} `E_LOG`, `E_LOG_UNSAFE`: at the start, a log that does not open is an error */
  constructor(path: string, options: GuardedLogOptions) {
    this.#options = options;
    this.#policy = options.policy;
    this.#clock = options.clock ?? (() => performance.now());
    this.#trouble = new LogTrouble(options.policy, options.effects, (event) => this.#tell(event));
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
    return { ...this.#counts, errors: this.#trouble.errors, lost: this.#counts.lost + lost, waiting };
  }

  /** Whether nothing is written until {@link resume}. */
  get suspended(): boolean {
    return this.#trouble.suspended;
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
    if (this.suspended) return;
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
    if (this.suspended) return;
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
    this.#trouble.resume();
    this.ready();
  }

  /** SIGHUP: another configuration for the same log. */
  configure(policy: LogPolicy): void {
    this.#policy = policy;
    this.#trouble.configure(policy);
    this.#tidy();
  }

  [Symbol.dispose](): void {
    this.ready();
    this.#file[Symbol.dispose]();
  }

  get #writable(): boolean {
    return !this.suspended && !this.#misplaced && this.#queue.empty;
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

  #tell(event: LogEvent): void {
    this.#own.push(event);
    if (event.kind === 'rotated') this.#counts.rotations++;
    this.#options.onEvent?.(event);
  }

  #wrote(lines: Uint8Array): void {
    this.#trouble.wrote();
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
      this.#trouble.small();
      return;
    }
    if (action.word === 'rotate' || action.word === 'keep_logs') this.#rotate();
    else this.#trouble.large();
  }

  #checkSpace(): void {
    const now = this.#clock();
    if (now - this.#looked < LOOK_MS) return;
    this.#looked = now;
    if (this.#trouble.look(this.#file.space) && this.#file.size >= LEAST_ROTATED_BYTES) {
      this.#file.rotate(this.#policy.num_logs);
    }
  }

  #rotate(): boolean {
    const keep = this.#policy.max_log_file_action.word === 'keep_logs';
    return keep ? this.#file.keep() : this.#file.rotate(this.#policy.num_logs);
  }

  #failed(error: unknown): void {
    if (!this.#trouble.failed(error)) return;
    try {
      this.#file.rotate(this.#policy.num_logs);
    } catch {
      // there is no room for a new file either: the next batch tries again
    }
  }
}
