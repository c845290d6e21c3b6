import { constants, type Stats } from 'node:fs';
import { errorName } from '../errors/thrown.ts';
import type { FileSystem } from './file-system.ts';
import { flushFlags, type FlushMode } from './flush-mode.ts';
import { logError, unsafeLog } from './log-error.ts';
import { wholeLength } from './torn-tail.ts';

const { O_RDWR, O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;

/** How a log is opened. */
export interface OpenOptions {
  /** Path by which its folder is held open. */
  readonly place: string;
  /** Path as a person knows it, for errors. */
  readonly path: string;
  readonly flush: FlushMode;
  /** Group that may read it; undefined: nobody but the owner. */
  readonly gid: number | undefined;
  /** Whether it must be a regular file of ours. */
  readonly strict: boolean;
  /** Told how many bytes of a line that was not finished were cut off. */
  readonly onCut: (bytes: number) => void;
}

/**
 * Opens a log, or makes it: no link, nobody else's, and with a whole line at its end.
 *
 * @returns the descriptor, which is the caller's now, and what stat(2) says of it
 * @throws {BpfauditError} `E_LOG`, `E_LOG_UNSAFE`
 */
export function openLog(fs: FileSystem, options: OpenOptions): { readonly fd: number; readonly stat: Stats } {
  const mode = options.gid === undefined ? 0o600 : 0o640;
  const fd = open(fs, options, mode);
  try {
    const stat = fs.stat(fd);
    return { fd, stat: check(fs, options, fd, stat, mode) ? cutTail(fs, options, fd, stat) : stat };
  } catch (error) {
    fs.close(fd);
    throw error;
  }
}

function open(fs: FileSystem, { place, path, flush, strict }: OpenOptions, mode: number): number {
  const flags = O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | flushFlags(flush);
  try {
    return fs.open(place, flags | O_RDWR, mode);
  } catch (cause) {
    // a pipe, or a terminal, that can only be written to
    if (strict || errorName(cause) !== 'EACCES') throw logError('open', path, cause);
  }
  try {
    return fs.open(place, flags | O_WRONLY, mode);
  } catch (cause) {
    throw logError('open', path, cause);
  }
}

/** Whether it is a regular file; one that is not ours is refused. */
function check(
  fs: FileSystem,
  { path, gid, strict }: OpenOptions,
  fd: number,
  stat: Stats,
  mode: number,
): boolean {
  if (!stat.isFile()) {
    if (strict) throw unsafeLog(path, 'it is no regular file', 'name a file');
    return false;
  }
  if (stat.nlink > 1) throw unsafeLog(path, 'it has a second name (hard link)', 'move it away');
  if (!strict) return true;
  if (stat.uid !== 0 && stat.uid !== process.geteuid?.()) {
    throw unsafeLog(path, `it belongs to uid ${stat.uid}`, `chown root ${path}`);
  }
  if (gid !== undefined && stat.gid !== gid) fs.chown(fd, stat.uid, gid);
  if ((stat.mode & 0o777) !== mode) fs.chmod(fd, mode);
  return true;
}

function cutTail(fs: FileSystem, { onCut }: OpenOptions, fd: number, stat: Stats): Stats {
  const whole = wholeLength(fs, fd, stat.size);
  if (whole === stat.size) return stat;
  fs.truncate(fd, whole);
  onCut(stat.size - whole);
  return fs.stat(fd);
}
