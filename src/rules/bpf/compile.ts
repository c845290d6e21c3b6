import { compareNumbers } from '../operator.ts';
import { addressIsIn } from './address.ts';
import type {
  AddressCondition,
  BpfCondition,
  BpfRule,
  NumberCondition,
  TextCondition,
  TreeCondition,
} from './bpf-rule.ts';
import type { BpfEventView } from './event-view.ts';
import type { IdentifyFile } from './file-identity.ts';

/** Decides which BPF records are kept; made once from a list of rules, asked for every record. */
export interface BpfFilter {
  /** The rules, in the order in which they are asked. */
  readonly rules: readonly BpfRule[];
  /** The number of the first rule that matches, or -1 when none does. */
  match(event: BpfEventView): number;
  /** Whether a record is kept: by its first matching rule, or because no rule matches. */
  keeps(event: BpfEventView): boolean;
}

type Test = (event: BpfEventView) => boolean;

/**
 * Compiles the list `bpf` to a predicate that makes no garbage.
 *
 * @param rules - in their order
 * @param identify - finds the file that an `exe` names, once, now; see {@link interpretCondition}
 *
 * Rules that were put first (`-A`) must already stand first: see {@link addBpfRule}.
 *
 * @example
 * ```ts
 * const filter = compileBpfRules([parse('-a never,bpf -F verdict=allow')]);
 * if (filter.keeps(event)) write(event);
 * ```
 */
export function compileBpfRules(rules: readonly BpfRule[], identify?: IdentifyFile): BpfFilter {
  const tests = rules.map((rule) => compileRule(rule.conditions, identify));
  const kept = rules.map((rule) => rule.action === 'always');
  function match(event: BpfEventView): number {
    for (let at = 0; at < tests.length; at++) {
      if (tests[at]?.(event) === true) return at;
    }
    return -1;
  }
  return {
    rules,
    match,
    keeps(event) {
      const at = match(event);
      return at < 0 || kept[at] === true;
    },
  };
}

/** The rules with one more: in front of all others when it was written with `-A`, behind them otherwise. */
export function addBpfRule(rules: readonly BpfRule[], rule: BpfRule): readonly BpfRule[] {
  return rule.prepend ? [rule, ...rules] : [...rules, rule];
}

function compileRule(conditions: readonly BpfCondition[], identify: IdentifyFile | undefined): Test {
  const tests = conditions.map((condition) => compileCondition(condition, identify));
  const [first, second] = tests;
  if (first === undefined) return () => true;
  if (second === undefined) return first;
  if (tests.length === 2) return (event) => first(event) && second(event);
  return (event) => {
    for (const test of tests) {
      if (!test(event)) return false;
    }
    return true;
  };
}

function compileCondition(condition: BpfCondition, identify: IdentifyFile | undefined): Test {
  if (condition.kind === 'number') return compileNumber(condition);
  if (condition.kind === 'tree') return compileTree(condition);
  if (condition.kind === 'address') return compileAddress(condition);
  if (condition.kind === 'pair') {
    const { left, right } = condition;
    const wanted = condition.operator === '=';
    return (event) =>
      event[left] !== undefined && event[right] !== undefined && (event[left] === event[right]) === wanted;
  }
  const { property } = condition;
  if (condition.kind === 'text' && property === 'exe') return compileExecutable(condition, identify);
  const value = condition.kind === 'text' ? condition.text : condition.value;
  if (condition.operator === '=') return (event) => event[property] === value;
  return (event) => event[property] !== undefined && event[property] !== value;
}

function compileNumber({ property, operator, value }: NumberCondition): Test {
  switch (operator) {
    case '=':
      return (event) => event[property] === value;
    case '!=':
      return (event) => event[property] !== undefined && event[property] !== value;
    default:
      return (event) => {
        const observed = event[property];
        return observed !== undefined && compareNumbers(observed, operator, value);
      };
  }
}

// By inode where both are known, as the kernel does; by path otherwise.
function compileExecutable({ text, operator }: TextCondition, identify: IdentifyFile | undefined): Test {
  const file = identify?.(text);
  const wanted = operator === '=';
  return ({ exe, exeInode, exeDevice }) => {
    if (file !== undefined && exeInode !== undefined && exeDevice !== undefined) {
      return (exeInode === file.inode && exeDevice === file.device) === wanted;
    }
    return exe !== undefined && (exe === text) === wanted;
  };
}

function compileTree({ property, operator, root }: TreeCondition): Test {
  const inside = `${root}/`;
  const wanted = operator === '=';
  return (event) => {
    const path = event[property];
    return path !== undefined && (path.startsWith(inside) || (path === root && root !== '')) === wanted;
  };
}

function compileAddress({ property, operator, bytes, prefix }: AddressCondition): Test {
  const wanted = operator === '=';
  return (event) => {
    const observed = event[property];
    return observed !== undefined && addressIsIn(observed, bytes, prefix) === wanted;
  };
}
