import {
  accessSync,
  close,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  statfsSync,
  unlinkSync,
  writeSync,
  type Stats,
} from 'node:fs';
import { errorName } from '../errors/thrown.ts';

/** Free room on a file system. */
export interface Space {
  /** Bytes that are left for the log. */
  readonly availableBytes: number;
  /** Blocks that are left. */
  readonly availableBlocks: number;
  /** Size of the file system in bytes. */
  readonly totalBytes: number;
}

/** What the log asks of the file system. Tests put one in its place that fails when it is told to. */
export interface FileSystem {
  open(path: string, flags: number, mode: number): number;
  close(fd: number): void;
  /** Returns how many bytes were taken. */
  write(fd: number, bytes: Uint8Array, from: number): number;
  read(fd: number, bytes: Uint8Array, position: number): number;
  truncate(fd: number, size: number): void;
  stat(fd: number): Stats;
  /** Of the name itself, not of what a link points to; nothing if there is none. */
  lstat(path: string): Stats | undefined;
  chmod(fd: number, mode: number): void;
  chown(fd: number, uid: number, gid: number): void;
  rename(from: string, to: string): void;
  unlink(path: string): void;
  mkdir(path: string, mode: number): void;
  /** Names in a directory. */
  list(path: string): readonly string[];
  space(path: string): Space;
  /** Throws `EROFS` if the file system that this lies on has become read-only. */
  checkWritable(path: string): void;
  /** Returns when the data is on the disk. */
  sync(fd: number): void;
  /** The same on another thread. */
  syncLater(fd: number, done: (error: Error | null) => void): void;
  /** Closes without waiting. */
  closeLater(fd: number): void;
}

/** The real one. */
export const nodeFileSystem: FileSystem = {
  open: (path, flags, mode) => openSync(path, flags, mode),
  close: (fd) => closeSync(fd),
  write: (fd, bytes, from) => writeSync(fd, bytes, from, bytes.length - from),
  read: (fd, bytes, position) => readSync(fd, bytes, 0, bytes.length, position),
  truncate: (fd, size) => ftruncateSync(fd, size),
  stat: (fd) => fstatSync(fd),
  lstat: (path) => lstatSync(path, { throwIfNoEntry: false }),
  chmod: (fd, mode) => fchmodSync(fd, mode),
  chown: (fd, uid, gid) => fchownSync(fd, uid, gid),
  rename: (from, to) => renameSync(from, to),
  unlink: (path) => unlinkSync(path),
  mkdir: (path, mode) => mkdirSync(path, { mode }),
  list: (path) => readdirSync(path),
  space: (path) => {
    const { bavail, bsize, blocks } = statfsSync(path);
    return { availableBytes: bavail * bsize, availableBlocks: bavail, totalBytes: blocks * bsize };
  },
  checkWritable: (path) => {
    try {
      accessSync(path, constants.W_OK);
    } catch (error) {
      if (errorName(error) === 'EROFS') throw error;
    }
  },
  sync: (fd) => fdatasyncSync(fd),
  syncLater: (fd, done) => fdatasync(fd, done),
  closeLater: (fd) => close(fd, () => undefined),
};
