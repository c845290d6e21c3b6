import { parseCondition, refuseAt, requireOperator, type Condition } from '../condition.ts';
import { nearMiss } from '../../errors/near-miss.ts';
import type { Option } from '../options.ts';
import type { RuleContext } from '../rule-context.ts';
import { RuleError, didYouMean, quoted, type RuleSource } from '../rule-error.ts';
import type { RuleTarget } from '../rule-target.ts';
import { EQUALITY } from '../operator.ts';
import { BPF_ALIASES, BPF_FIELDS } from './bpf-fields.ts';
import type { BpfCondition, BpfRule, NumberProperty, RateLimit } from './bpf-rule.ts';
import { readLimit } from './rate-limit.ts';
import { equality, readBpfValue } from './bpf-values.ts';

const MAX_CONDITIONS = 64;
const MAX_KEY_BYTES = 256;

const COMPARABLE: Readonly<Record<string, readonly NumberProperty[]>> = {
  user: ['uid', 'euid', 'suid', 'fsuid', 'auid'],
  group: ['gid', 'egid', 'sgid', 'fsgid'],
};

/**
 * Builds a rule of the list `bpf` from its options.
 *
 * @throws {@link RuleError}
 */
export function parseBpfRule(
  options: readonly Option[],
  target: RuleTarget,
  source: RuleSource,
  context: RuleContext,
): BpfRule {
  const conditions: BpfCondition[] = [];
  const keys: string[] = [];
  let limit: RateLimit | undefined;
  for (const option of options) {
    if (option === target.option) continue;
    const value = option.value ?? { text: '', column: option.column };
    const condition = option.name === 'F' || option.name === 'C' ? parseCondition(value, source) : undefined;
    if (option.name === 'k') keys.push(value.text);
    else if (condition === undefined) throw refuseOption(option, source);
    else if (option.name === 'C') conditions.push(readPair(condition));
    else if (condition.name === 'key') keys.push(readKey(condition));
    else if (condition.name === 'limit') limit = readLimit(condition, target.action);
    else conditions.push(readField(condition, context));
  }
  checkLimits(conditions, keys, target, source);
  const rule: BpfRule = { list: 'bpf', action: target.action, prepend: target.prepend, conditions, keys };
  return limit === undefined ? rule : { ...rule, limit };
}

function readKey(condition: Condition): string {
  requireOperator(condition, ['=']);
  return condition.value;
}

function readField(condition: Condition, context: RuleContext): BpfCondition {
  const spec = BPF_FIELDS.get(BPF_ALIASES.get(condition.name) ?? condition.name);
  if (spec === undefined) {
    const hint = didYouMean(
      nearMiss(condition.name, [...BPF_FIELDS.keys(), ...BPF_ALIASES.keys(), 'key', 'limit']),
    );
    const reason = `${quoted(condition.name)} is not a field of the list bpf`;
    return refuseAt('E_RULE_FIELD', condition, condition.nameColumn, reason, hint);
  }
  requireOperator(condition, spec.operators);
  return readBpfValue(condition, spec, context);
}

function readPair(condition: Condition): BpfCondition {
  requireOperator(condition, EQUALITY);
  const right = condition.value.toLowerCase();
  for (const properties of Object.values(COMPARABLE)) {
    const first = properties.find((property) => property === condition.name);
    const second = properties.find((property) => property === right);
    if (first === undefined || second === undefined || first === second) continue;
    return { kind: 'pair', left: first, operator: equality(condition), right: second };
  }
  const reason = `${quoted(condition.name)} cannot be compared with ${quoted(condition.value)}`;
  const hint = `fields that can be compared: ${Object.values(COMPARABLE)
    .map((names) => names.join(', '))
    .join('; or ')}`;
  return refuseAt('E_RULE_FIELD', condition, condition.nameColumn, reason, hint);
}

function refuseOption(option: Option, source: RuleSource): RuleError {
  const why =
    option.name === 'S'
      ? '-S cannot be used on the list bpf, which looks at hooks, not at system calls'
      : `-${option.name} cannot be used on the list bpf`;
  const hint = option.name === 'S' ? 'use -F hook=' : undefined;
  return new RuleError('E_RULE_PLACE', source, option.column, why, hint);
}

function checkLimits(
  conditions: readonly BpfCondition[],
  keys: readonly string[],
  target: RuleTarget,
  source: RuleSource,
): void {
  const { column } = target.option;
  if (conditions.length > MAX_CONDITIONS) {
    throw new RuleError('E_RULE_LIMIT', source, column, `more than ${MAX_CONDITIONS} conditions in one rule`);
  }
  const bytes = Buffer.byteLength(keys.join('\u0001'));
  if (bytes > MAX_KEY_BYTES) {
    throw new RuleError(
      'E_RULE_LIMIT',
      source,
      column,
      `the keys of one rule: ${bytes} bytes; at most ${MAX_KEY_BYTES}`,
    );
  }
}
