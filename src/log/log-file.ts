import { constants, type Stats } from 'node:fs';
import path from 'node:path';
import { nodeFileSystem, type FileSystem, type Space } from './file-system.ts';
import { FlushCount, type FlushMode } from './flush-mode.ts';
import { logError } from './log-error.ts';
import type { LogEvent } from './log-event.ts';
import { LogFolder } from './log-folder.ts';
import { openLog } from './open-log.ts';
import { planExcess, planKeeping, planRotation, type RotationStep } from './rotation.ts';
import { writeAll } from './write-all.ts';

/** How a {@link LogFile} is kept. */
export interface LogFileOptions {
  /** @default 'none' */
  readonly flush?: FlushMode;
  /** Records between two flushes of the incremental modes; @default 50 */
  readonly freq?: number;
  /** Group that may read the log (modes 0640, 0440 and 0750 of the folder); @default nobody but the owner */
  readonly gid?: number;
  /** A log that is kept by a daemon: no folder that others can write to, a regular file of ours. */
  readonly strict?: boolean;
  /** @default the real one */
  readonly fs?: FileSystem;
  /** Called for what happened to the log, between two writes. */
  readonly onEvent?: (event: LogEvent) => void;
  /** Called when a flush on the other thread failed. */
  readonly onSyncError?: (error: Error) => void;
}

const { S_IFMT, S_IFREG } = constants;

/**
 * A log that lines are appended to, and that can be rotated as auditd does it. Links are refused; the file
 * belongs to its owner alone (0600). A line that was not finished when the last writer stopped is cut off.
 */
export class LogFile implements Disposable {
  /** Path of the live log. */
  readonly path: string;
  readonly #fs: FileSystem;
  readonly #options: LogFileOptions;
  readonly #folder: LogFolder;
  readonly #name: string;
  readonly #flush: FlushMode;
  readonly #count: FlushCount;
  #fd: number;
  #size = 0;
  #ino = 0;
  #dev = 0;
  #syncing = 0;
  /** There may be a part of a batch behind {@link size}. */
  #torn = false;

  /** @throws {BpfauditError} `E_LOG`, `E_LOG_UNSAFE` */
  constructor(file: string, options: LogFileOptions = {}) {
    this.path = path.resolve(file);
    this.#options = options;
    this.#fs = options.fs ?? nodeFileSystem;
    this.#flush = options.flush ?? 'none';
    this.#count = new FlushCount(this.#flush, options.freq ?? 50);
    this.#name = path.basename(this.path);
    const { gid, strict } = options;
    const folder = { strict: strict === true, ...(gid === undefined ? {} : { gid }) };
    this.#folder = new LogFolder(this.#fs, path.dirname(this.path), folder);
    try {
      this.#fd = this.#open();
    } catch (error) {
      this.#folder[Symbol.dispose]();
      throw error;
    }
  }

  /** Length in bytes. */
  get size(): number {
    return this.#size;
  }

  /** The file, for who has to know how far it was written. */
  get log(): this {
    return this;
  }

  /** Free room where the log is. */
  get space(): Space {
    return this.#step('look at', () => this.#fs.space(this.#folder.at('')));
  }

  /** Inode number and length in bytes; nothing if it is no regular file. */
  place(): { readonly ino: number; readonly size: number } | undefined {
    const { ino, size, mode } = this.#fs.stat(this.#fd);
    return (mode & S_IFMT) === S_IFREG ? { ino, size } : undefined;
  }

  /**
   * To be called before a batch: a file or folder that was removed or replaced is opened anew.
   *
   * @throws {BpfauditError} `E_LOG`, also if the file system has become read-only: ext4 goes on to take what is written
   * to an open file into memory, and says that it is on the disk (`ext4_sync_file()`, fs/ext4/fsync.c)
   */
  ready(): void {
    this.#step('write', () => this.#fs.checkWritable(this.path));
    this.#step('look at', () => {
      if (this.#isOpen(this.#fs.lstat(this.path))) return;
      if (!this.#folder.inPlace) {
        this.#folder.reopen();
        this.#reopen();
        this.#options.onEvent?.({ kind: 'replaced', what: 'folder' });
      } else if (!this.#isOpen(this.#fs.lstat(this.#folder.at(this.#name)))) {
        this.#reopen();
        this.#options.onEvent?.({ kind: 'replaced', what: 'file' });
      }
    });
  }

  /**
   * Appends whole lines; returns when the kernel has all of them, or the disk, as `flush` says. If that fails,
   * the log is as it was before.
   *
   * @throws {BpfauditError} `E_LOG`
   */
  write(lines: Uint8Array): void {
    const progress = { written: 0 };
    if (this.#torn) this.#mend();
    const before = this.#size;
    try {
      writeAll(this.#fs, this.#fd, lines, progress);
      this.#size += lines.length;
      if (this.#count.add(lines)) this.#flushNow();
    } catch (cause) {
      this.#takeBack(before, progress.written);
      throw logError('write', this.path, cause);
    }
  }

  /** Cuts everything behind `size` bytes off. */
  rewind(size: number): void {
    this.#step('cut', () => this.#fs.truncate(this.#fd, size));
    this.#size = size;
  }

  /** What was written is on the disk when it returns. */
  sync(): void {
    this.#step('flush', () => this.#fs.sync(this.#fd));
  }

  /**
   * Renames `audit.log` to `audit.log.1`, and so on, and begins a new one. The oldest is deleted.
   *
   * @param count - files that are kept, the live one included; below 2 nothing happens
   * @returns whether it was rotated
   */
  rotate(count: number): boolean {
    return this.#rename(planRotation(this.#names(), this.#name, count));
  }

  /** The same, but nothing is deleted. */
  keep(): boolean {
    return this.#rename(planKeeping(this.#names(), this.#name));
  }

  /** Deletes logs with higher numbers than `count` leaves: for the start. Returns their names. */
  deleteExcess(count: number): readonly string[] {
    const steps = planExcess(this.#names(), this.#name, count);
    this.#step('delete old', () => steps.forEach((step) => this.#do(step)));
    return steps.map((step) => ('unlink' in step ? step.unlink : step.rename));
  }

  [Symbol.dispose](): void {
    this.#close();
    this.#folder[Symbol.dispose]();
  }

  #names(): ReadonlySet<string> {
    return this.#step('list', () => this.#folder.names());
  }

  #rename(steps: readonly RotationStep[]): boolean {
    if (steps.length === 0) return false;
    this.#step('rotate', () => {
      if (this.#flush !== 'none') this.#fs.sync(this.#fd);
      for (const step of steps) this.#do(step);
      // not before: a crash in between must not leave a live log that cannot be written to
      this.#fs.chmod(this.#fd, this.#options.gid === undefined ? 0o400 : 0o440);
      this.#reopen();
      if (this.#flush !== 'none') this.#folder.sync();
    });
    this.#options.onEvent?.({ kind: 'rotated' });
    return true;
  }

  #do(step: RotationStep): void {
    if ('unlink' in step) this.#fs.unlink(this.#folder.at(step.unlink));
    else this.#fs.rename(this.#folder.at(step.rename), this.#folder.at(step.to));
  }

  /** Whether a name stands for the file that is open. */
  #isOpen(named: Stats | undefined): boolean {
    return named !== undefined && named.ino === this.#ino && named.dev === this.#dev;
  }

  #reopen(): void {
    const fd = this.#open();
    this.#close();
    this.#fd = fd;
  }

  #open(): number {
    const { gid, strict, onEvent } = this.#options;
    const { fd, stat } = openLog(this.#fs, {
      place: this.#folder.at(this.#name),
      path: this.path,
      flush: this.#flush,
      gid,
      strict: strict === true,
      onCut: (bytes) => onEvent?.({ kind: 'repaired', bytes }),
    });
    this.#size = stat.size;
    this.#ino = stat.ino;
    this.#dev = stat.dev;
    this.#torn = false;
    return fd;
  }

  #flushNow(): void {
    if (this.#flush === 'incremental') {
      this.#fs.sync(this.#fd);
      return;
    }
    if (this.#syncing !== 0) return;
    const fd = this.#fd;
    this.#syncing = fd;
    this.#fs.syncLater(fd, (error) => {
      this.#syncing = 0;
      if (fd !== this.#fd) this.#fs.closeLater(fd);
      if (error) this.#options.onSyncError?.(error);
    });
  }

  /** A flush that is under way on the other thread closes the file when it is done. */
  #close(): void {
    const fd = this.#fd;
    this.#fd = -1;
    if (this.#syncing !== fd) this.#fs.close(fd);
  }

  /**
   * Cuts off what there is of a batch. A write that fails can have put bytes there all the same: one that waits for
   * the disk does. A log that is not kept by a daemon may have been written to by somebody else meanwhile.
   */
  #takeBack(before: number, written: number): void {
    try {
      const { size, isFile } = this.#lookAt();
      if (!isFile) return;
      const isOurs = this.#options.strict === true || (written > 0 && size - written >= before);
      if (!isOurs) return;
      this.#size = this.#options.strict === true ? before : size - written;
      if (size > this.#size) this.#fs.truncate(this.#fd, this.#size);
    } catch {
      // before the next write, or at the next start, if the disk is read-only now
      this.#size = before;
      this.#torn = this.#options.strict === true;
    }
  }

  #lookAt(): { readonly size: number; readonly isFile: boolean } {
    const stat = this.#fs.stat(this.#fd);
    return { size: stat.size, isFile: stat.isFile() };
  }

  /** Cuts off what could not be cut off when it was written. */
  #mend(): void {
    this.#step('cut', () => this.#fs.truncate(this.#fd, this.#size));
    this.#torn = false;
  }

  #step<T>(what: string, action: () => T): T {
    try {
      return action();
    } catch (cause) {
      if (cause instanceof Error && 'hint' in cause) throw cause;
      throw logError(what, this.path, cause);
    }
  }
}
