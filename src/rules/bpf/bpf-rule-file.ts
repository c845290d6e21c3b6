import { BpfauditError } from '../../errors/audit-error.ts';
import type { Command } from '../command.ts';
import { mergeRuleFiles } from '../rule-directory.ts';
import type { RuleFile } from '../rule-file.ts';
import { isBpfRule } from '../rule.ts';
import type { RuleContext } from '../rule-context.ts';
import { RuleError } from '../rule-error.ts';
import type { BpfRule } from './bpf-rule.ts';
import { addBpfRule, removeBpfRule, removeBpfRules } from './rule-list.ts';

/** The list `bpf` that files describe, and everything that is wrong with them. */
export interface ParsedBpfRules {
  readonly rules: readonly BpfRule[];
  /** One for each bad line; no good line is lost over them. */
  readonly errors: readonly RuleError[];
}

/**
 * Reads the rules for BPF records out of files, in augenrules' order: `-a`, `-A`, `-d` and `-D` on the list
 * `bpf`. Everything else is the kernel's, and an error here.
 */
export function readBpfRules(files: readonly RuleFile[], context: RuleContext): ParsedBpfRules {
  const { commands, errors } = mergeRuleFiles(files, context);
  let rules: readonly BpfRule[] = [];
  const refused = [...errors];
  for (const command of commands) {
    try {
      rules = apply(rules, command);
    } catch (error) {
      if (!(error instanceof BpfauditError)) throw error;
      refused.push(new RuleError('E_RULE_PLACE', command.source, command.column, error.message, error.hint));
    }
  }
  return { rules, errors: refused };
}

function apply(rules: readonly BpfRule[], command: Command): readonly BpfRule[] {
  if (command.kind === 'delete-all') return removeBpfRules(rules, command.key);
  if ((command.kind === 'add' || command.kind === 'delete') && isBpfRule(command.rule)) {
    return command.kind === 'add' ? addBpfRule(rules, command.rule) : removeBpfRule(rules, command.rule);
  }
  if (command.kind === 'continue' || command.kind === 'ignore') return rules;
  throw new BpfauditError('only rules of the list bpf belong here', {
    code: 'E_RULE_PLACE',
    hint: 'rules and settings of the kernel are loaded with bpfaudit ctl',
  });
}
