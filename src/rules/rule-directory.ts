import type { AuditSetting, Command } from './command.ts';
import { compareVersions } from './compare-versions.ts';
import { parseRuleFile, type ParsedRuleFile, type RuleFile } from './rule-file.ts';
import type { RuleContext } from './rule-context.ts';

/** Only files with this ending are rules. */
const RULE_FILE_ENDING = '.rules';

/**
 * The files augenrules reads, in its order: that of `ls -v`, so `9-x.rules` comes before `10-x.rules`. Hidden
 * files and those that do not end in `.rules` are left out.
 */
export function sortRuleFiles<File extends { readonly name: string }>(files: readonly File[]): File[] {
  return files
    .filter(({ name }) => name.endsWith(RULE_FILE_ENDING) && !baseName(name).startsWith('.'))
    .toSorted((left, right) => compareVersions(baseName(left.name), baseName(right.name)));
}

/**
 * Merges a directory of rules into one list of commands, as augenrules does: the last `-D`, `-b` and `-f` come
 * first, the last `-e` last, everything else in between in the order of the files.
 *
 * Unlike augenrules it never joins the last line of one file to the first of the next, keeps the place of every
 * line for errors, and a `-D -k KEY` stays where it is.
 *
 * @param files - in any order; those that do not end in `.rules` are ignored
 */
export function mergeRuleFiles(files: readonly RuleFile[], context: RuleContext): ParsedRuleFile {
  const parsed = sortRuleFiles(files).map((file) => parseRuleFile(file, context));
  const commands = parsed.flatMap((file) => file.commands);
  const head = [
    lastOf(commands, isDeleteAll),
    lastOf(commands, sets('backlog-limit')),
    lastOf(commands, sets('failure')),
  ];
  const tail = [lastOf(commands, sets('enabled'))];
  const isMoved = [isDeleteAll, sets('backlog-limit'), sets('failure'), sets('enabled')];
  const middle = commands.filter((command) => !isMoved.some((test) => test(command)));
  return {
    commands: [...head, ...middle, ...tail].filter((command) => command !== undefined),
    errors: parsed.flatMap((file) => file.errors),
  };
}

function lastOf(commands: readonly Command[], test: (command: Command) => boolean): Command | undefined {
  return commands.findLast(test);
}

function isDeleteAll(command: Command): boolean {
  return command.kind === 'delete-all' && command.key === undefined;
}

function sets(setting: AuditSetting): (command: Command) => boolean {
  return (command) => command.kind === 'set' && command.setting === setting;
}

function baseName(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}
