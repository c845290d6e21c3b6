import { writeSync } from 'node:fs';
import type { FileSystem } from './file-system.ts';
import { errorName } from '../errors/thrown.ts';
import { sleepNow } from '../sys/sleep.ts';
import { logError } from './log-error.ts';

/** Writes all bytes to a descriptor, however many calls that takes. */
export function writeWhole(fd: number, bytes: Uint8Array, name: string): void {
  try {
    const fs = { write: (to: number, data: Uint8Array, from: number) => writeSync(to, data, from) };
    writeAll(fs, fd, bytes, { written: 0 });
  } catch (cause) {
    throw logError('write', name, cause);
  }
}

/**
 * Writes all bytes, however many calls that takes; waits for a pipe that is full.
 *
 * @param progress - how much was written, also when it throws
 */
export function writeAll(
  fs: Pick<FileSystem, 'write'>,
  fd: number,
  bytes: Uint8Array,
  progress: { written: number },
): void {
  while (progress.written < bytes.length) {
    try {
      progress.written += fs.write(fd, bytes, progress.written);
    } catch (cause) {
      const name = errorName(cause);
      if (name !== 'EAGAIN' && name !== 'EINTR') throw cause;
      sleepNow(1);
    }
  }
}
