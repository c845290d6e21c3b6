import type { Command } from './command.ts';
import { parseCommandLine } from './parse-command.ts';
import type { Rule } from './rule.ts';
import { BARE_CONTEXT, type RuleContext } from './rule-context.ts';
import { RuleError, type RuleSource } from './rule-error.ts';

/**
 * Reads one rule, as it stands in a rules file or after `bpfaudit ctl`.
 *
 * @param line - `-a always,exit -F arch=b64 -S unlink -k delete`, a watch, or a rule of the list `bpf`
 * @param source - named in errors
 * @param context - the machine the rule is for
 * @throws {@link RuleError} when the line is wrong, or is no rule (`-b 8192`)
 */
export function parseRule(line: string, source: RuleSource, context: RuleContext = BARE_CONTEXT): Rule {
  const commands = parseCommandLine(line, source, context);
  const [command] = commands;
  if (commands.length === 1 && command !== undefined && isRuleCommand(command)) return command.rule;
  throw new RuleError('E_RULE_SYNTAX', source, 1, 'not a rule; expected -a, -A, -d, -w or -W');
}

function isRuleCommand(command: Command): command is Extract<Command, { kind: 'add' | 'delete' }> {
  return command.kind === 'add' || command.kind === 'delete';
}
