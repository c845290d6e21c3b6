import { parseArgs } from 'node:util';
import { BpfauditError } from '../../errors/audit-error.ts';
import type { Command } from '../../rules/command.ts';
import { readRuleFiles } from '../../rules/read-rule-files.ts';
import { mergeRuleFiles } from '../../rules/rule-directory.ts';
import { formatPlace, RuleError } from '../../rules/rule-error.ts';
import type { ParsedRuleFile, RuleFile } from '../../rules/rule-file.ts';
import type { RuleContext } from '../../rules/rule-context.ts';
import { executeCommands } from './execute.ts';
import type { CtlSession } from './session.ts';

/** Where rules of the system stand. */
const RULES_DIRECTORY = '/etc/audit/rules.d';

/** What `bpfaudit ctl load` was asked to do. */
export interface LoadRequest {
  readonly directory: string;
  /** Say what is wrong, change nothing. */
  readonly check: boolean;
}

/** What loading came to. */
export interface LoadReport {
  readonly files: number;
  readonly loaded: number;
  /** Rules that were there already: no error, they are in force. */
  readonly present: number;
  /** One line each. */
  readonly errors: readonly string[];
}

/**
 * Reads the words after `ctl load`: `[--check] [DIRECTORY]`.
 *
 * @throws BpfauditError E_USAGE
 */
export function parseLoad(argv: readonly string[]): LoadRequest {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: { check: { type: 'boolean' } },
      allowPositionals: true,
    });
    if (positionals.length <= 1) {
      return { directory: positionals[0] ?? RULES_DIRECTORY, check: values.check ?? false };
    }
  } catch {
    // An option that does not exist; the usage says which do.
  }
  throw new BpfauditError('these are not the options of ctl load', {
    code: 'E_USAGE',
    hint: 'bpfaudit ctl load [--check] [DIRECTORY]',
  });
}

/**
 * Reads every rules file of a directory, in augenrules' order.
 *
 * @throws BpfauditError E_RULES_FILE for a directory or a file that can't be read or that others can write
 */
export function readRulesDirectory(directory: string): readonly RuleFile[] {
  const { files, errors } = readRuleFiles(directory);
  if (errors[0] !== undefined) throw errors[0];
  return files;
}

/** What `ctl load --check` finds wrong: every line that does not parse. */
export function checkRules(files: readonly RuleFile[], context: RuleContext): LoadReport {
  const { commands, errors } = mergeRuleFiles(files, context);
  const rules = commands.filter(({ kind }) => kind === 'add').length;
  return { files: files.length, loaded: rules, present: 0, errors: errors.map(explain) };
}

/**
 * Loads a merged directory. A line that fails never keeps the rest from being loaded, the closing `-e` among
 * them; every failure is in the report.
 */
export async function loadRules(
  merged: ParsedRuleFile,
  files: number,
  session: CtlSession,
): Promise<LoadReport> {
  const errors = merged.errors.map(explain);
  let loaded = 0;
  let present = 0;
  const { output } = session;
  const quiet = { ...session, output: { out: () => {}, err: (line: string) => output.err(line) } };
  for (const command of merged.commands) {
    try {
      await executeCommands([command], quiet);
      if (command.kind === 'add') loaded++;
    } catch (error) {
      if (isPresent(error)) present++;
      else errors.push(placed(command, error));
    }
  }
  return { files, loaded, present, errors };
}

function isPresent(error: unknown): boolean {
  return error instanceof BpfauditError && error.code === 'E_AUDIT_RULE_EXISTS';
}

function placed(command: Command, error: unknown): string {
  if (error instanceof RuleError) return explain(error);
  return `${formatPlace(command.source, command.column)}: ${explain(error)}`;
}

function explain(error: unknown): string {
  if (!(error instanceof BpfauditError)) throw error;
  return `${error.message} [${error.code}]${error.hint === undefined ? '' : `; ${error.hint}`}`;
}
