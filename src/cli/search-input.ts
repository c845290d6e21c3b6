import { fstatSync } from 'node:fs';
import type { LogInput } from '../query/input/chunks.ts';
import { defaultLogs, logFilesOf } from '../query/input/log-files.ts';

/** The named file or directory, else a pipe on stdin, else the logs of this machine. */
export function logInput(named: string | undefined, useLogs: boolean): LogInput {
  if (named !== undefined) return { kind: 'files', paths: logFilesOf(named) };
  if (!useLogs && fstatSync(0).isFIFO()) return { kind: 'stream', stream: process.stdin, name: 'stdin' };
  return { kind: 'files', paths: defaultLogs() };
}
