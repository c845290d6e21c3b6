import type { BpfCondition, BpfRule } from '../bpf/bpf-rule.ts';
import { rulesOfProgram, type FilteredProgram, type RuleOfProgram } from '../bpf/rules-of-program.ts';
import { conditionNode, type IdentityResolver, type NodeBody } from './condition-node.ts';
import { cutIntoParts, isPlainNumber, type Part } from './number-tree.ts';
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

/** Outcome when no rule holds. */
const KEPT = OUTCOME_BASE;
/** Rules in a row about the same number from which on it is searched for. */
const WORTH_A_SEARCH = 4;
/** How much longer the questions may become for that. */
const LARGER_AT_MOST = 4;

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
  const blocks = asked.map(({ rule, conditions }) => readBlock(rule, conditions, rules[rule], resolver));
  while (blocks.length > 0 && !canHoldBack(rules[blocks.at(-1)?.rule ?? NO_RULE])) blocks.pop();
  return layOut(blocks, rules);
}

function canHoldBack(rule: BpfRule | undefined): boolean {
  return rule?.action === 'never' || rule?.limit !== undefined;
}

function readBlock(
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
  const layout = new Layout(rules);
  const start = layout.run(blocks, KEPT);
  return layout.finish(start);
}

/** Lays nodes from the last to the first, since each must know where the ways behind it begin. */
class Layout {
  readonly #rules: readonly BpfRule[];
  readonly #outcomes: FilterOutcome[] = [{ kind: 'keep', rule: NO_RULE, limit: 0 }];
  readonly #outcomeOf = new Map<Block, number>();
  /** Counted from the end: node 0 is the last. */
  readonly #reversed: FilterNode[] = [];

  constructor(rules: readonly BpfRule[]) {
    this.#rules = rules;
  }

  /** Rules one after the other; where a run of them begins with the same number, it is searched for. */
  run(blocks: readonly Block[], behind: number): number {
    let next = behind;
    for (let end = blocks.length; end > 0;) {
      let begin = end - 1;
      const [first] = blocks[begin]?.nodes ?? [];
      if (isPlainNumber(first)) {
        while (begin > 0 && blocks[begin - 1]?.nodes[0]?.field === first.field) begin--;
      }
      const together = blocks.slice(begin, end);
      next = (isPlainNumber(first) ? this.#search(together, next) : undefined) ?? this.#chain(together, next);
      end = begin;
    }
    return next;
  }

  /** Numbers the nodes from the first on. */
  finish(start: number): KernelFilter {
    const last = this.#reversed.length - 1;
    const forward = (target: number): number => (target < OUTCOME_BASE ? last - target : target);
    const nodes = this.#reversed
      .map((node) => ({ ...node, yes: forward(node.yes), no: forward(node.no) }))
      .toReversed();
    return { nodes, outcomes: this.#outcomes, start: forward(start) };
  }

  #chain(blocks: readonly Block[], behind: number): number {
    return blocks.reduceRight(
      (next, block) => this.#questions(block.nodes, this.#outcome(block), next),
      behind,
    );
  }

  #questions(bodies: readonly NodeBody[], holds: number, fails: number): number {
    return bodies.reduceRight((yes, body) => this.#node({ ...body, yes, no: fails }), holds);
  }

  /** Undefined where it would not be worth it: for a few rules, or where too much had to be repeated. */
  #search(blocks: readonly Block[], behind: number): number | undefined {
    const [question] = blocks[0]?.nodes ?? [];
    if (blocks.length < WORTH_A_SEARCH || question === undefined) return undefined;
    const parts = cutIntoParts(blocks.flatMap(({ nodes: [first] }) => first ?? []));
    const size = (rules: readonly number[]): number =>
      rules.reduce((sum, at) => sum + (blocks[at]?.nodes.length ?? 0), 1);
    const linear = blocks.reduce((sum, { nodes }) => sum + nodes.length, 0);
    if (parts.reduce((sum, { rules }) => sum + size(rules), 0) > LARGER_AT_MOST * linear) return undefined;
    const targets = parts.map(({ rules }) =>
      rules.reduceRight((next, at) => {
        const block = blocks[at];
        return block ? this.#questions(block.nodes.slice(1), this.#outcome(block), next) : next;
      }, behind),
    );
    return this.#halve(question, parts, targets, 0, parts.length);
  }

  #halve(
    question: NodeBody,
    parts: readonly Part[],
    targets: readonly number[],
    from: number,
    to: number,
  ): number {
    const target = targets[from];
    if (to - from <= 1 && target !== undefined) return target;
    const middle = (from + to) >> 1;
    const no = this.#halve(question, parts, targets, middle, to);
    const yes = this.#halve(question, parts, targets, from, middle);
    return this.#node({ ...question, low: 0n, span: (parts[middle]?.first ?? 1n) - 1n, yes, no });
  }

  #node(node: FilterNode): number {
    return this.#reversed.push(node) - 1;
  }

  #outcome(block: Block): number {
    const known = this.#outcomeOf.get(block);
    if (known !== undefined) return known;
    const { rule, kind } = block;
    const limit = limitNumber(this.#rules, rule);
    const number = OUTCOME_BASE + this.#outcomes.push({ kind, rule: Math.min(rule, NO_RULE), limit }) - 1;
    this.#outcomeOf.set(block, number);
    return number;
  }
}

/** Which of the list's limits a rule has: they are numbered in the order of the rules. */
function limitNumber(rules: readonly BpfRule[], rule: number): number {
  if (rules[rule]?.limit === undefined) return 0;
  return rules.slice(0, rule).filter(({ limit }) => limit !== undefined).length;
}
