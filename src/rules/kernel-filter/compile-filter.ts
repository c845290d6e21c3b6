import type { BpfCondition, BpfRule } from '../bpf/bpf-rule.ts';
import { rulesOfProgram, type FilteredProgram, type RuleOfProgram } from '../bpf/rules-of-program.ts';
import { conditionNode, type IdentityResolver, type NodeBody } from './condition-node.ts';
import {
  FIELD,
  FIRST_OBJECT_FIELD,
  LAST_NUMBER,
  NO_RULE,
  OUTCOME_BASE,
  type FilterNode,
  type FilterOutcome,
  type OutcomeKind,
} from './filter-node.ts';

/** The rules of one program as questions. */
export interface KernelFilter {
  /** Targets count from 0 here. */
  readonly nodes: readonly FilterNode[];
  readonly outcomes: readonly FilterOutcome[];
  /** Target at which to begin. */
  readonly start: number;
}

interface Block {
  readonly rule: number;
  readonly nodes: readonly NodeBody[];
  readonly kind: OutcomeKind;
}

/**
 * Compiles the list `bpf` to the questions that the kernel asks before it reserves anything in the ring, and
 * once more when the record is complete.
 *
 * What names the program (policy, prog, hook) is decided here, so a filter holds only what differs from call
 * to call. A rule with a condition that only user space can decide is kept as far as it goes: when the rest of
 * it holds, the kernel keeps the record and user space decides. Rules behind the last that can hold a record
 * back change nothing and are left out. So without nodes everything is kept.
 *
 * Questions about the task come first in each rule, since only they are answered before the record is begun.
 *
 * @param rules - the whole list, in its order; outcomes name rules by their place in it
 * @param program - undefined: some program of which nothing is known; what names one is left to user space
 */
export function compileKernelFilter(
  rules: readonly BpfRule[],
  program: FilteredProgram | undefined,
  resolver: IdentityResolver,
): KernelFilter {
  const asked: RuleOfProgram[] =
    program === undefined
      ? rules.map(({ conditions }, rule) => ({ rule, conditions }))
      : rulesOfProgram(rules, program, true);
  const blocks = asked.map(({ rule, conditions }) => block(rule, conditions, rules[rule], resolver));
  while (blocks.length > 0 && !canHoldBack(rules[blocks.at(-1)?.rule ?? NO_RULE])) blocks.pop();
  return layOut(blocks, rules);
}

function canHoldBack(rule: BpfRule | undefined): boolean {
  return rule?.action === 'never' || rule?.limit !== undefined;
}

function block(
  rule: number,
  conditions: readonly BpfCondition[],
  whole: BpfRule | undefined,
  resolver: IdentityResolver,
): Block {
  const nodes = conditions.map((condition) => conditionNode(condition, resolver));
  const told = nodes.filter((node) => node !== undefined).toSorted((one, other) => cost(one) - cost(other));
  const decided = whole?.action === 'never' ? 'drop' : whole?.limit === undefined ? 'keep' : 'limit';
  return { rule, nodes: told, kind: told.length === nodes.length ? decided : 'ask' };
}

function cost({ field }: NodeBody): number {
  if (field === 'dir') return 3;
  if (FIELD[field] >= FIRST_OBJECT_FIELD) return 2;
  return FIELD[field] > LAST_NUMBER ? 1 : 0;
}

function layOut(blocks: readonly Block[], rules: readonly BpfRule[]): KernelFilter {
  const outcomes: FilterOutcome[] = [{ kind: 'keep', rule: NO_RULE, limit: 0 }];
  const nodes: FilterNode[] = [];
  // From the last rule to the first, since each goes on at the one behind it when it does not hold.
  let next = OUTCOME_BASE;
  const laid: FilterNode[][] = [];
  let behind = blocks.reduce((sum, each) => sum + each.nodes.length, 0);
  for (const { rule, nodes: bodies, kind } of blocks.toReversed()) {
    let yes = OUTCOME_BASE + outcomes.length;
    outcomes.push({ kind, rule: Math.min(rule, NO_RULE), limit: limitNumber(rules, rule) });
    const no = next;
    const placed: FilterNode[] = [];
    for (const body of bodies.toReversed()) {
      placed.unshift({ ...body, yes, no });
      behind--;
      yes = behind;
    }
    next = yes;
    laid.unshift(placed);
  }
  for (const placed of laid) nodes.push(...placed);
  return { nodes, outcomes, start: next };
}

/** Which of the list's limits a rule has: they are numbered in the order of the rules. */
function limitNumber(rules: readonly BpfRule[], rule: number): number {
  if (rules[rule]?.limit === undefined) return 0;
  return rules.slice(0, rule).filter(({ limit }) => limit !== undefined).length;
}
