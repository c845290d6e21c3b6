import type { BpfCondition, BpfRule } from '../../src/rules/bpf/bpf-rule.ts';
import type { BpfEventView } from '../../src/rules/bpf/event-view.ts';
import { interpretCondition } from '../../src/rules/bpf/interpret-condition.ts';
import { isOfProgram } from '../../src/rules/bpf/rules-of-program.ts';
import { conditionNode } from '../../src/rules/kernel-filter/condition-node.ts';
import { FIELD, FIRST_OBJECT_FIELD } from '../../src/rules/kernel-filter/filter-node.ts';
import { RESOLVER } from './random-machine.ts';

/**
 * What the kernel can say by then, in plain words: it goes through the rules; one of which a known condition does
 * not hold is passed over; one that holds as far as it is known but has more to ask leaves the question open.
 */
export function expectedAnswer(
  rules: readonly BpfRule[],
  view: BpfEventView,
  isComplete: boolean,
): 'ask' | 'drop' | 'keep' {
  const mine = rules.filter((each) => isOfThisProgram(each, view));
  const end = mine.findIndex(({ conditions }) => conditions.every((each) => isProgramFact(each, view)));
  const reached = end < 0 ? mine : mine.slice(0, end + 1);
  const asked = reached.slice(0, reached.findLastIndex(({ action }) => action === 'never') + 1);
  for (const { conditions, action } of asked) {
    const known = conditions.filter((condition) => isKnown(condition, view, isComplete));
    if (!known.every((condition) => interpretCondition(condition, view, RESOLVER.file))) continue;
    if (known.length < conditions.length) return 'ask';
    return action === 'never' ? 'drop' : 'keep';
  }
  return 'keep';
}

// What was found out about the program decides before all else.
function isOfThisProgram({ conditions }: BpfRule, view: BpfEventView): boolean {
  return conditions.every(
    (condition) => !isProgramFact(condition, view) || interpretCondition(condition, view, RESOLVER.file),
  );
}

function isProgramFact(condition: BpfCondition, view: BpfEventView): boolean {
  return isOfProgram(condition) && condition.kind !== 'pair' && view[condition.property] !== undefined;
}

function isKnown(condition: BpfCondition, view: BpfEventView, isComplete: boolean): boolean {
  if (isOfProgram(condition)) return isProgramFact(condition, view);
  const node = conditionNode(condition, RESOLVER);
  return node !== undefined && (isComplete || FIELD[node.field] < FIRST_OBJECT_FIELD);
}
