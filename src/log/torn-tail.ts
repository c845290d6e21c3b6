import type { FileSystem } from './file-system.ts';

const NEWLINE = 10;
const STEP_BYTES = 64 * 1024;

/**
 * Length of a log without the line that was not finished when the machine or the writer stopped: up to the last
 * end of a line. Zeros that a file system leaves behind a power cut are no line either.
 */
export function wholeLength(fs: FileSystem, fd: number, size: number): number {
  const buffer = new Uint8Array(STEP_BYTES);
  for (let end = size; end > 0;) {
    const from = Math.max(0, end - STEP_BYTES);
    const window = buffer.subarray(0, end - from);
    const got = fs.read(fd, window, from);
    const last = window.subarray(0, got).lastIndexOf(NEWLINE);
    if (last >= 0) return from + last + 1;
    end = from;
  }
  return 0;
}
