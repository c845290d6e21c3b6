import { BpfauditError } from '../../errors/audit-error.ts';
import type { Command } from '../command.ts';
import { isBpfRule } from '../rule.ts';
import type { BpfRule } from './bpf-rule.ts';
import { addBpfRule, removeBpfRule, removeBpfRules } from './rule-list.ts';

/** A command that could not be done, and why. */
export interface FailedCommand {
  readonly command: Command;
  readonly error: BpfauditError;
}

/** What commands make of the list `bpf`. */
export interface AppliedCommands {
  /** The list afterwards. */
  readonly rules: readonly BpfRule[];
  readonly failed: readonly FailedCommand[];
  /** Rules of the kernel's own lists, which were left alone. */
  readonly others: number;
}

/**
 * The list `bpf` after the commands of rules files: rules added and deleted, `-D` with and without a key. What
 * the commands say about the kernel's own lists and settings is left to others. A rule that is there already is
 * no error; one that fails keeps no other back.
 *
 * @param check - asked about the list with each new rule; throws `BpfauditError` if there is no room for it
 */
export function applyBpfCommands(
  rules: readonly BpfRule[],
  commands: readonly Command[],
  check: (rules: readonly BpfRule[]) => void = () => {},
): AppliedCommands {
  const failed: FailedCommand[] = [];
  let list = rules;
  let others = 0;
  for (const command of commands) {
    try {
      const next = applied(list, command);
      if (next === undefined) others++;
      else if (next.length > list.length) check(next);
      list = next ?? list;
    } catch (error) {
      if (!(error instanceof BpfauditError)) throw error;
      if (error.code !== 'E_AUDIT_RULE_EXISTS') failed.push({ command, error });
    }
  }
  return { rules: list, failed, others };
}

/** Nothing: the command is about a rule of the kernel's. */
function applied(rules: readonly BpfRule[], command: Command): readonly BpfRule[] | undefined {
  switch (command.kind) {
    case 'add':
      return isBpfRule(command.rule) ? addBpfRule(rules, command.rule) : undefined;
    case 'delete':
      return isBpfRule(command.rule) ? removeBpfRule(rules, command.rule) : undefined;
    case 'delete-all':
      return removeBpfRules(rules, command.key);
    default:
      return rules;
  }
}
