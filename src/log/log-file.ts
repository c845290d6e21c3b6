import { closeSync, constants, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { BpfauditError } from '../errors/audit-error.ts';

/**
 * A log that lines are appended to. A link in the place of the file is refused, a new file belongs to its
 * owner alone (0600), as auditd does it.
 */
export class LogFile implements Disposable {
  readonly #path: string;
  readonly #fd: number;

  /** @throws {BpfauditError} `E_LOG` */
  constructor(path: string) {
    this.#path = path;
    const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW } = constants;
    try {
      this.#fd = openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600);
    } catch (cause) {
      throw logError('open', path, cause);
    }
  }

  /** Appends whole lines; returns when the kernel has all of them. */
  write(lines: Uint8Array): void {
    writeWhole(this.#fd, lines, this.#path);
  }

  /** The file, for who has to know how far it was written. */
  get log(): this {
    return this;
  }

  /** Inode number and length in bytes; nothing if it is no regular file. */
  place(): { readonly ino: number; readonly size: number } | undefined {
    const { ino, size, mode } = fstatSync(this.#fd);
    return (mode & constants.S_IFMT) === constants.S_IFREG ? { ino, size } : undefined;
  }

  /** Cuts everything behind `size` bytes off. */
  rewind(size: number): void {
    ftruncateSync(this.#fd, size);
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }
}

/** Writes all bytes to a descriptor, however many calls that takes. */
export function writeWhole(fd: number, bytes: Uint8Array, name: string): void {
  let written = 0;
  while (written < bytes.length) {
    try {
      written += writeSync(fd, bytes, written, bytes.length - written);
    } catch (cause) {
      if (!isBusy(cause)) throw logError('write', name, cause);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

function isBusy(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && (cause.code === 'EAGAIN' || cause.code === 'EINTR');
}

const HINTS: Readonly<Record<string, string>> = {
  ENOENT: 'make the directory first',
  EROFS: 'the file system is mounted read-only: choose another with --log',
  EACCES: 'choose a directory that you may write to, or run as root',
  EISDIR: 'name a file, not a directory',
  ELOOP: 'the log must be no symbolic link',
  ENOSPC: 'the file system is full',
  EPIPE: 'whoever read the output is gone',
};

function logError(step: string, path: string, cause: unknown): BpfauditError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const text =
    cause instanceof Error ? cause.message.replace(/^[A-Z]+: /, '').replace(/, \w+ .*$/, '') : 'failed';
  const hint = HINTS[code];
  return new BpfauditError(`${step} log ${path}: ${text}${code === '' ? '' : ` (${code})`}`, {
    code: 'E_LOG',
    ...(hint === undefined ? {} : { hint }),
    cause,
  });
}
