import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { errnoNumber, errnoText } from '../../audit/tables/errno.ts';
import { BpfauditError } from '../../errors/audit-error.ts';
import { errorName } from '../../errors/thrown.ts';
import { parseCommandLine } from '../../rules/parse-command.ts';
import { bytesToText } from '../../rules/text-bytes.ts';
import { isComment } from '../../rules/words.ts';
import { executeCommands } from './execute.ts';
import type { CtlSession } from './session.ts';

const WORLD_WRITABLE = 0o002;

/**
 * Reads a rules file that only root can have written. One descriptor is opened, looked at and read, so that
 * the file can't be exchanged in between.
 *
 * @returns its text; bytes that are not UTF-8 as `bytesToText` gives them
 * @throws BpfauditError E_RULES_FILE
 */
export function readRulesText(file: string): string {
  let fd: number;
  try {
    fd = openSync(file, 'r');
  } catch (cause) {
    throw refused(file, openFailure(cause), cause);
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw refused(file, 'it is not a regular file');
    if (stat.uid !== 0) throw refused(file, "it isn't owned by root");
    if ((stat.mode & WORLD_WRITABLE) !== 0) throw refused(file, 'it is world writable');
    return bytesToText(readFileSync(fd));
  } finally {
    closeSync(fd);
  }
}

/** Why a file or a directory could not be opened, in the kernel's words. */
export function openFailure(cause: unknown): string {
  return errnoText(errnoNumber(errorName(cause)) ?? 0);
}

function refused(file: string, reason: string, cause?: unknown): BpfauditError {
  return new BpfauditError(`read rules from ${file}: ${reason}`, {
    code: 'E_RULES_FILE',
    hint: 'a rules file is a regular file that root owns and only root can write',
    ...(cause !== undefined && { cause }),
  });
}

/**
 * Does what a rules file asks for, line by line. Stops at the first line that fails, unless `-i` or `-c` was
 * given, before it or in it.
 *
 * @param explain - one line about an error
 * @returns 0, or 1 when a line failed; with `-i` always 0
 */
export async function executeRulesFile(
  file: string,
  session: CtlSession,
  explain: (error: unknown) => string,
): Promise<number> {
  let failed = 0;
  for (const [index, text] of readRulesText(file).split('\n').entries()) {
    if (isComment(text)) continue;
    const line = index + 1;
    try {
      await executeCommands(parseCommandLine(text, { file, line }, session.context), session);
    } catch (error) {
      session.output.err(explain(error));
      session.output.err(`There was an error in line ${line} of ${file}`);
      if (!session.goOn) return 1;
      failed++;
    }
  }
  return failed > 0 && session.remember ? 1 : 0;
}
