import { closeSync, fstatSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errnoNumber, errnoText } from '../audit/tables/errno.ts';
import { BpfauditError } from '../errors/audit-error.ts';
import { errorName } from '../errors/thrown.ts';
import { sortRuleFiles } from './rule-directory.ts';
import type { RuleFile } from './rule-file.ts';
import { bytesToText } from './text-bytes.ts';

const WORLD_WRITABLE = 0o002;

/** The rules files of a directory, and those among them that must not be read. */
export interface RuleFiles {
  /** In augenrules' order. */
  readonly files: readonly RuleFile[];
  /** `E_RULES_FILE`, one for each file that was left out. */
  readonly errors: readonly BpfauditError[];
}

/**
 * Reads every rules file of a directory, in augenrules' order. A file that can't be read keeps no other back.
 *
 * @throws {BpfauditError} `E_RULES_FILE` for a directory that can't be read
 */
export function readRuleFiles(directory: string): RuleFiles {
  let names: string[];
  try {
    names = readdirSync(directory);
  } catch (cause) {
    throw new BpfauditError(`read rules from ${directory}: ${openFailure(cause)}`, {
      code: 'E_RULES_FILE',
      hint: 'name the directory: bpfaudit ctl load DIRECTORY',
      cause,
    });
  }
  const files: RuleFile[] = [];
  const errors: BpfauditError[] = [];
  for (const { name } of sortRuleFiles(names.map((each) => ({ name: join(directory, each) })))) {
    try {
      files.push({ name, text: readRulesText(name) });
    } catch (error) {
      if (!(error instanceof BpfauditError)) throw error;
      errors.push(error);
    }
  }
  return { files, errors };
}

/**
 * Reads a rules file that only root can have written. One descriptor is opened, looked at and read, so that
 * the file can't be exchanged in between.
 *
 * @returns its text; bytes that are not UTF-8 as `bytesToText` gives them
 * @throws {BpfauditError} `E_RULES_FILE`
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
function openFailure(cause: unknown): string {
  return errnoText(errnoNumber(errorName(cause)) ?? 0);
}

function refused(file: string, reason: string, cause?: unknown): BpfauditError {
  return new BpfauditError(`read rules from ${file}: ${reason}`, {
    code: 'E_RULES_FILE',
    hint: 'a rules file is a regular file that root owns and only root can write',
    ...(cause !== undefined && { cause }),
  });
}
