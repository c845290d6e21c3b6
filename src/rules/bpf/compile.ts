import { compareNumbers } from '../operator.ts';
import { addressIsIn } from './address.ts';
import type {
  AddressCondition,
  BpfCondition,
  BpfRule,
  Equality,
  NumberCondition,
  PairCondition,
  TextCondition,
  TreeCondition,
} from './bpf-rule.ts';
import type { BpfEventView } from './event-view.ts';
import { rulesOfProgram, type FilteredProgram, type RuleOfProgram } from './rules-of-program.ts';
import { READ } from './read-property.ts';
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
 * @param rules - in their order; `addBpfRule` puts those of `-A` first
 * @param identify - finds the file that an `exe` names, once, now; see `interpretCondition`
 * @param program - the one program whose records will be asked about: rules that name another cost nothing
 *
 * @example
 * ```ts
 * const filter = compileBpfRules([parseRule('-a never,bpf -F verdict=allow', source)]);
 * if (filter.keeps(event)) write(event);
 * ```
 */
export function compileBpfRules(
  rules: readonly BpfRule[],
  identify?: IdentifyFile,
  program?: FilteredProgram,
): BpfFilter {
  const asked = program === undefined ? wholeRules(rules) : rulesOfProgram(rules, program);
  const tests = asked.map(({ conditions }) => compileRule(conditions, identify));
  const numbers = asked.map(({ rule }) => rule);
  const kept = rules.map((rule) => rule.action === 'always');
  function match(event: BpfEventView): number {
    for (let at = 0; at < tests.length; at++) {
      if (tests[at]?.(event) === true) return numbers[at] ?? -1;
    }
    return -1;
  }
  return {
    rules,
    match,
    keeps(event) {
      const rule = match(event);
      return rule < 0 || kept[rule] === true;
    },
  };
}

function wholeRules(rules: readonly BpfRule[]): RuleOfProgram[] {
  return rules.map(({ conditions }, rule) => ({ rule, conditions }));
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
  if (condition.kind === 'pair') return compilePair(condition);
  if (condition.kind === 'wide')
    return compileEqual(READ[condition.property], condition.operator, condition.value);
  if (condition.property === 'exe') return compileExecutable(condition, identify);
  return compileEqual(READ[condition.property], condition.operator, condition.text);
}

type Read<Value> = (event: BpfEventView) => Value | undefined;

function compileEqual<Value>(read: Read<Value>, operator: Equality, value: Value): Test {
  if (operator === '=') return (event) => read(event) === value;
  return (event) => {
    const observed = read(event);
    return observed !== undefined && observed !== value;
  };
}

function compileNumber({ property, operator, value }: NumberCondition): Test {
  const read = READ[property];
  if (operator === '=' || operator === '!=') return compileEqual(read, operator, value);
  return (event) => {
    const observed = read(event);
    return observed !== undefined && compareNumbers(observed, operator, value);
  };
}

function compilePair(condition: PairCondition): Test {
  const left = READ[condition.left];
  const right = READ[condition.right];
  const wanted = condition.operator === '=';
  return (event) => {
    const first = left(event);
    const second = right(event);
    return first !== undefined && second !== undefined && (first === second) === wanted;
  };
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
  const read = READ[property];
  const inside = `${root}/`;
  const wanted = operator === '=';
  return (event) => {
    const path = read(event);
    return path !== undefined && (path.startsWith(inside) || (path === root && root !== '')) === wanted;
  };
}

function compileAddress({ property, operator, bytes, prefix }: AddressCondition): Test {
  const read = READ[property];
  const wanted = operator === '=';
  return (event) => {
    const observed = read(event);
    return observed !== undefined && addressIsIn(observed, bytes, prefix) === wanted;
  };
}
