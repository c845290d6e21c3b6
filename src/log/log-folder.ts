import { constants, realpathSync } from 'node:fs';
import path from 'node:path';
import type { FileSystem } from './file-system.ts';
import { errorName } from '../errors/thrown.ts';
import { logError, unsafeLog } from './log-error.ts';

/** What is expected of the folder of a log. */
export interface FolderOptions {
  /** Refuse a folder that others can write to; make it if it is missing. */
  readonly strict: boolean;
  /** Group that may read; the folder is 0750 then. */
  readonly gid?: number;
}

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;
const OTHERS_WRITE = 0o022;
const STICKY = 0o1000;

/**
 * The folder of a log, kept open: names are looked up in it whatever becomes of its path, so nobody can lead the
 * log elsewhere between two steps by a link or a rename.
 */
export class LogFolder implements Disposable {
  readonly path: string;
  readonly #fs: FileSystem;
  readonly #options: FolderOptions;
  #fd: number;

  /** @throws {BpfauditError} `E_LOG`, `E_LOG_UNSAFE` */
  constructor(fs: FileSystem, folder: string, options: FolderOptions) {
    this.path = options.strict ? folder : resolved(folder);
    this.#fs = fs;
    this.#options = options;
    this.#fd = this.#open();
  }

  /** The path by which a name in this folder is reached: openat(2) without openat. */
  at(name: string): string {
    return `/proc/self/fd/${this.#fd}/${name}`;
  }

  /** Names of all that is in it. */
  names(): ReadonlySet<string> {
    return new Set(this.#fs.list(this.at('')));
  }

  /** Whether its path still leads to it. */
  get inPlace(): boolean {
    const named = this.#fs.lstat(this.path);
    const open = this.#fs.stat(this.#fd);
    return named !== undefined && named.ino === open.ino && named.dev === open.dev;
  }

  /** Goes on with what the path leads to now, and makes it if there is nothing. */
  reopen(): void {
    const fd = this.#open();
    this.#fs.close(this.#fd);
    this.#fd = fd;
  }

  /** Returns when changed names are on the disk. */
  sync(): void {
    this.#fs.sync(this.#fd);
  }

  [Symbol.dispose](): void {
    this.#fs.close(this.#fd);
  }

  #open(): number {
    const { strict, gid } = this.#options;
    if (strict) this.#checkParents();
    const fd = this.#openOrMake(strict);
    try {
      if (!strict) return fd;
      const stat = this.#fs.stat(fd);
      this.#refuseOthers(this.path, stat.uid, stat.mode & ~STICKY);
      if (gid !== undefined && (stat.gid !== gid || (stat.mode & 0o777) !== 0o750)) {
        this.#fs.chown(fd, stat.uid, gid);
        this.#fs.chmod(fd, 0o750);
      }
      return fd;
    } catch (error) {
      this.#fs.close(fd);
      throw error;
    }
  }

  #openOrMake(make: boolean): number {
    const flags = O_RDONLY | O_DIRECTORY | (make ? O_NOFOLLOW : 0);
    try {
      return this.#fs.open(this.path, flags, 0);
    } catch (cause) {
      if (!make || errorName(cause) !== 'ENOENT') throw logError('open folder of', this.path, cause);
    }
    try {
      this.#fs.mkdir(this.path, 0o700);
      return this.#fs.open(this.path, flags, 0);
    } catch (cause) {
      throw logError('make folder of', this.path, cause);
    }
  }

  /** Whoever can write to a folder above can put another in the place of ours. */
  #checkParents(): void {
    for (let above = path.dirname(this.path); ; above = path.dirname(above)) {
      const stat = this.#fs.lstat(above);
      if (stat !== undefined) this.#refuseOthers(above, stat.uid, stat.isSymbolicLink() ? 0 : stat.mode);
      if (above === path.dirname(above)) return;
    }
  }

  #refuseOthers(folder: string, uid: number, mode: number): void {
    if (uid !== 0 && uid !== process.geteuid?.()) {
      throw unsafeLog(this.path, `${folder} belongs to uid ${uid}`, `chown root ${folder}`);
    }
    if ((mode & OTHERS_WRITE) !== 0 && (mode & STICKY) === 0) {
      throw unsafeLog(this.path, `others can write to ${folder}`, `chmod go-w ${folder}`);
    }
  }
}

/** Links on the way to a folder are fine where nothing is at stake. */
function resolved(folder: string): string {
  try {
    return realpathSync(folder);
  } catch (cause) {
    throw logError('open folder of', folder, cause);
  }
}
