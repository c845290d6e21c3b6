import type { BpfCondition, BpfRule } from './bpf-rule.ts';
import { EMPTY_VIEW } from './event-view.ts';
import { interpretCondition } from './interpret-condition.ts';

/** A program that writes records. What is not known of it is undefined. */
export interface FilteredProgram {
  readonly policy: string | undefined;
  readonly prog: string | undefined;
  readonly progId: number | undefined;
  readonly hook: string | undefined;
}

/** What is left of a rule when the program is known. */
export interface RuleOfProgram {
  /** Number of the rule in the whole list. */
  readonly rule: number;
  /** Its conditions on anything but the program. */
  readonly conditions: readonly BpfCondition[];
}

/**
 * The rules that can match a record of one program, without the conditions that name the program: those are
 * decided here, once. Rules behind one that always matches are left out.
 *
 * @param unknownIsOpen - leave conditions on what is not known of the program, for somebody who knows more;
 *   without it they do not hold
 */
export function rulesOfProgram(
  rules: readonly BpfRule[],
  program: FilteredProgram,
  unknownIsOpen: boolean = false,
): RuleOfProgram[] {
  const left: RuleOfProgram[] = [];
  for (const [rule, { conditions }] of rules.entries()) {
    const open = conditionsLeft(conditions, program, unknownIsOpen);
    if (open === undefined) continue;
    left.push({ rule, conditions: open });
    if (open.length === 0) break;
  }
  return left;
}

// Undefined when the rule cannot hold for this program.
function conditionsLeft(
  conditions: readonly BpfCondition[],
  program: FilteredProgram,
  unknownIsOpen: boolean,
): BpfCondition[] | undefined {
  const view = { ...EMPTY_VIEW, ...program };
  const open: BpfCondition[] = [];
  for (const condition of conditions) {
    const isUnknown = condition.kind !== 'pair' && view[condition.property] === undefined;
    if (!isOfProgram(condition) || (unknownIsOpen && isUnknown)) open.push(condition);
    else if (!interpretCondition(condition, view)) return undefined;
  }
  return open;
}

/** Whether a condition is decided once for each program. */
export function isOfProgram(condition: BpfCondition): boolean {
  if (condition.kind === 'text') return ['policy', 'prog', 'hook'].includes(condition.property);
  return condition.kind === 'number' && condition.property === 'progId';
}
