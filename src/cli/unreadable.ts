import { printable } from '../errors/printable.ts';
import type { LogInput } from '../query/input/log-input.ts';
import { findUnreadable } from '../query/input/unreadable-lines.ts';
import type { ScanSummary } from '../query/run/run-events.ts';
import type { CommandIo } from './command.ts';

/** One line at the end about all that could not be read; nothing if all could. */
export async function tellUnreadable(
  scan: ScanSummary,
  input: LogInput,
  { command, isDebug }: { readonly command: string; readonly isDebug: boolean },
  io: CommandIo,
): Promise<void> {
  const count = scan.badLines + scan.longLines;
  if (count === 0) return;
  const seen = { first: scan.firstUnreadable, longLines: scan.longLines };
  const { first, longLines } = input.kind === 'stream' ? seen : await findUnreadable(input);
  const ofLong = longLines === 0 ? '' : ` (${Math.min(longLines, count)} longer than 1 MiB)`;
  const ofFirst =
    first === undefined ? '' : `; the first is ${first.file}:${first.lineNumber}: ${first.reason}`;
  const more = isDebug ? '' : '; --debug names each';
  const lines = count === 1 ? '1 line' : `${count} lines`;
  const told = `${lines} could not be read${ofLong}${ofFirst}${count === 1 ? '' : more}`;
  await io.stderr.write(`bpfaudit ${command}: ${printable(told)}\n`);
}
