import { OPERATORS, type Operator } from './operator.ts';
import { RuleError, quoted, unquoted, type RuleErrorCode, type RuleSource } from './rule-error.ts';
import type { Word } from './words.ts';

/** One `-F` or `-C` as it was written: name, operator, value, each with its column. */
export interface Condition {
  readonly source: RuleSource;
  /** Lower case, since auditctl reads names without regard to case. */
  readonly name: string;
  readonly nameColumn: number;
  readonly operator: Operator;
  readonly operatorColumn: number;
  readonly value: string;
  readonly valueColumn: number;
}

// Values that may begin like an operator.
const FREE_TEXT = new Set(['key', 'cause', 'comm', 'policy']);

// The longest operators first, so that ">=" is not read as ">".
const BY_LENGTH = [...OPERATORS].sort((left, right) => right.length - left.length);

/**
 * Splits `uid>=1000` at its operator.
 *
 * The name ends at the first character that is part of an operator, so a path may contain `!=` without harm
 * (auditctl splits such a path in the middle).
 *
 * @throws {@link RuleError} `E_RULE_SYNTAX` when name, operator or value is missing
 */
export function parseCondition(word: Word, source: RuleSource): Condition {
  const at = word.text.search(/[=!<>&]/);
  const refuse = (offset: number, reason: string, hint?: string): never => {
    throw new RuleError('E_RULE_SYNTAX', source, word.column + offset, reason, hint);
  };
  const wanted = 'expected FIELD, an operator (= != > >= < <= & &=) and a value, such as uid=0';
  if (at < 0) return refuse(word.text.length, `no operator after ${quoted(word.text)}; ${wanted}`);
  const operator = BY_LENGTH.find((candidate) => word.text.startsWith(candidate, at));
  if (operator === undefined) return refuse(at, `"!" is not an operator; ${wanted}`, 'did you mean "!="?');
  if (at === 0) return refuse(0, `no field name before "${operator}"; ${wanted}`);
  const value = word.text.slice(at + operator.length);
  if (value === '') return refuse(word.text.length, `no value after ${quoted(word.text)}; ${wanted}`);
  const name = word.text.slice(0, at).toLowerCase();
  if (/^[=!<>&]/.test(value) && !FREE_TEXT.has(name)) {
    const doubled = `${operator}${value.charAt(0)}`;
    const meant = OPERATORS.find((candidate) => candidate === doubled.split('').toReversed().join(''));
    return refuse(at, `"${doubled}" is not an operator; ${wanted}`, `did you mean "${meant ?? operator}"?`);
  }
  return {
    source,
    name,
    nameColumn: word.column,
    operator,
    operatorColumn: word.column + at,
    value,
    valueColumn: word.column + at + operator.length,
  };
}

/** Refuses the value of a condition: `NAME: "VALUE" is not WANTED`. */
export function refuseValue(condition: Condition, wanted: string, hint?: string): never {
  return refuseAt('E_RULE_VALUE', condition, condition.valueColumn, `${condition.name}: ${wanted}`, hint);
}

/** Refuses a condition at one of its columns. */
export function refuseAt(
  code: RuleErrorCode,
  condition: Condition,
  column: number,
  reason: string,
  hint?: string,
): never {
  throw new RuleError(code, condition.source, column, reason, hint);
}

/** Refuses a condition whose operator is not one of those the field takes. */
export function requireOperator(condition: Condition, allowed: readonly Operator[]): void {
  if (allowed.includes(condition.operator)) return;
  refuseAt(
    'E_RULE_OPERATOR',
    condition,
    condition.operatorColumn,
    `${unquoted(condition.name)} does not take "${condition.operator}"; expected ${allowed.join(' ')}`,
  );
}
