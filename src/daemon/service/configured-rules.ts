import { BpfauditError } from '../../errors/audit-error.ts';
import { errorName } from '../../errors/thrown.ts';
import { withCure } from '../../errors/with-cure.ts';
import { applyBpfCommands, type AppliedCommands } from '../../rules/bpf/apply-commands.ts';
import type { BpfRule } from '../../rules/bpf/bpf-rule.ts';
import { printBpfRule } from '../../rules/bpf/print-bpf-rule.ts';
import type { Command } from '../../rules/command.ts';
import { readRuleFiles, type RuleFiles } from '../../rules/read-rule-files.ts';
import type { RuleContext } from '../../rules/rule-context.ts';
import { mergeRuleFiles } from '../../rules/rule-directory.ts';
import { formatPlace, RuleError, type RuleSource } from '../../rules/rule-error.ts';
import type { OwnRecord } from '../own-record.ts';
import type { BpfRuleStore } from '../rules/bpf-rule-store.ts';
import type { Voices } from './voices.ts';

/** What {@link bringRules} works on. */
export interface RulesPlace {
  readonly store: Pick<BpfRuleStore, 'change' | 'check'>;
  /** What names in rules mean; asked when there are rules to read. */
  readonly context: () => RuleContext;
  /** Whether a directory that does not exist holds no rules; else that is an error. */
  readonly mayBeAbsent: boolean;
}

/** Something that is wrong, and where if that is known. */
interface Problem {
  readonly error: BpfauditError;
  readonly message: string;
  readonly source?: RuleSource;
}

/**
 * Puts the rules for BPF records that a directory holds into force, as `bpfaudit ctl load` does, but as one
 * change: every record meets the old list or the new one. Rules of the kernel's own lists are left to auditctl.
 * What is wrong is said and written into the log, each error with its place, and keeps nothing else back.
 */
export function bringRules(directory: string, place: RulesPlace, voices: Voices): void {
  const problems: Problem[] = [];
  try {
    const { files, errors } = filesOf(directory, place.mayBeAbsent);
    problems.push(...errors.map((error) => problemOf(error)));
    if (files.length > 0) problems.push(...load(directory, files, place, voices, errors.length));
  } catch (error) {
    if (!(error instanceof BpfauditError)) throw error;
    problems.push(problemOf(error));
  }
  for (const problem of problems) {
    const { code, hint } = problem.error;
    voices.say(withCure(`rules: ${problem.message} (${code})`, hint));
    voices.tell(failedRecord(directory, problem));
  }
}

function filesOf(directory: string, mayBeAbsent: boolean): RuleFiles {
  try {
    return readRuleFiles(directory);
  } catch (error) {
    if (mayBeAbsent && errorName(error) === 'ENOENT') return { files: [], errors: [] };
    throw error;
  }
}

function load(
  directory: string,
  files: RuleFiles['files'],
  { store, context }: RulesPlace,
  { say, tell }: Voices,
  unread: number,
): Problem[] {
  const { commands, errors } = mergeRuleFiles(files, context());
  for (const warning of commands.flatMap(warningsOf)) say(`rules: ${warning}`);
  const { before, rules, failed, others } = store.change((list) => ({
    before: new Set(linesOf(list)),
    ...apply(list, commands, store),
  }));
  if (others > 0) {
    say(`rules: ${others} rules of ${directory} are for the kernel's own lists, and left to auditctl`);
  }
  const problems = [
    ...errors.map((error) => problemOf(error)),
    ...failed.map(({ error, command }) => problemOf(error, command)),
  ];
  const now = new Set(linesOf(rules));
  const counts = {
    files: files.length,
    rules: rules.length,
    added: [...now].filter((line) => !before.has(line)).length,
    removed: [...before].filter((line) => !now.has(line)).length,
    failed: unread + problems.length,
  };
  const res = counts.failed === 0 ? 'success' : 'failed';
  tell({ type: 'DAEMON_CONFIG', op: 'rules-load', fields: counts, res });
  return problems;
}

/** Rule by rule only if there is no room for all: that costs a compilation for each. */
function apply(
  rules: readonly BpfRule[],
  commands: readonly Command[],
  store: RulesPlace['store'],
): AppliedCommands {
  const all = applyBpfCommands(rules, commands);
  try {
    store.check(all.rules);
    return all;
  } catch (error) {
    if (!(error instanceof BpfauditError) || error.code !== 'E_RULE_LIMIT') throw error;
    return applyBpfCommands(rules, commands, (list) => store.check(list));
  }
}

function linesOf(rules: readonly BpfRule[]): string[] {
  return rules.map((rule) => printBpfRule(rule));
}

function warningsOf(command: Command): readonly string[] {
  return command.kind === 'add' || command.kind === 'delete' ? command.warnings : [];
}

/** @param command - what could not be done; an error of reading has its place itself */
function problemOf(error: BpfauditError, command?: Command): Problem {
  if (error instanceof RuleError) return { error, message: error.message, source: error.source };
  if (command === undefined) return { error, message: error.message };
  const { source, column } = command;
  return { error, message: `${formatPlace(source, column)}: ${error.message}`, source };
}

function failedRecord(directory: string, { error, message, source }: Problem): OwnRecord {
  return {
    type: 'DAEMON_ERR',
    op: 'rule-failed',
    fields: {
      path: source?.file ?? directory,
      ...(source === undefined ? {} : { line: source.line }),
      code: { word: error.code },
      reason: message,
    },
    res: 'failed',
  };
}
