import { createReadStream, fstatSync, statSync } from 'node:fs';
import { printable } from '../errors/printable.ts';
import type { CommandIo } from './command.ts';
import type { LogInput } from '../query/input/log-input.ts';
import { defaultLogs, logFilesOf } from '../query/input/log-files.ts';

/** The named file or directory, else a pipe on stdin, else the logs of this machine. */
export function logInput(named: string | undefined, useLogs: boolean): LogInput {
  if (named !== undefined) {
    const paths = logFilesOf(named);
    const [path] = paths;
    // A pipe by name, such as `<(zcat old.log)`, is read once, from its start to its end.
    if (path !== undefined && !statSync(path).isFile())
      return { kind: 'stream', stream: createReadStream(path), name: path };
    return { kind: 'files', paths };
  }
  if (!useLogs && fstatSync(0).isFIFO()) return { kind: 'stream', stream: process.stdin, name: 'stdin' };
  return { kind: 'files', paths: defaultLogs() };
}

/** Says that an index was not used. */
export function warnOfIndex(index: string, command: string, io: CommandIo): void {
  void io.stderr.write(
    `bpfaudit ${command}: ${printable(index)} is not of its log, and was not used; hint: delete it\n`,
  );
}
