import { refuseAt, refuseValue, requireOperator, type Condition } from './condition.ts';
import { FIELD_ALIASES, KERNEL_FIELDS, type KernelFieldSpec } from './kernel-fields.ts';
import { readNumber } from './kernel-values.ts';
import { nearMiss } from '../errors/near-miss.ts';
import type { KernelField, KernelList } from './rule.ts';
import type { RuleContext } from './rule-context.ts';
import { didYouMean, quoted } from './rule-error.ts';

/** Fields of BPF records that someone may try on a kernel list. */
const BPF_ONLY = new Set([
  'policy',
  'prog',
  'hook',
  'cause',
  'verdict',
  'comm',
  'cgroup',
  'daddr',
  'capability',
  'ses',
]);

/**
 * Reads one `-F` of a kernel rule.
 *
 * @throws RuleError `E_RULE_FIELD`, `E_RULE_PLACE`, `E_RULE_OPERATOR` or `E_RULE_VALUE`
 */
export function readKernelField(condition: Condition, list: KernelList, context: RuleContext): KernelField {
  const name = FIELD_ALIASES.get(condition.name) ?? condition.name;
  const spec = KERNEL_FIELDS.get(name);
  if (spec === undefined) return refuseName(condition);
  requireList(condition, spec, list);
  requireOperator(condition, spec.operators);
  const { operator } = condition;
  switch (spec.kind) {
    case 'label':
    case 'key':
      return { kind: 'text', name, operator, text: condition.value };
    case 'path':
    case 'directory':
      return { kind: 'text', name, operator, text: readPath(condition, spec) };
    case 'comparison':
      return { kind: 'compare', operator, comparison: readComparison(condition, context) };
    default:
      return { kind: 'number', name, operator, value: readNumber(spec.kind, condition, context) };
  }
}

function refuseName(condition: Condition): never {
  const { name, nameColumn } = condition;
  const hint = didYouMean(nearMiss(name, [...KERNEL_FIELDS.keys(), ...FIELD_ALIASES.keys()]));
  const onlyBpf = BPF_ONLY.has(name) ? 'this field exists only on the list bpf: -a always,bpf' : undefined;
  return refuseAt('E_RULE_FIELD', condition, nameColumn, `${quoted(name)} is not a field`, onlyBpf ?? hint);
}

function requireList(condition: Condition, spec: KernelFieldSpec, list: KernelList): void {
  if (spec.lists.includes(list)) return;
  const lists = spec.lists.join(', ');
  const reason = `${condition.name} cannot be used on the list ${list}; expected ${lists}`;
  refuseAt('E_RULE_PLACE', condition, condition.nameColumn, reason);
}

function readPath(condition: Condition, spec: KernelFieldSpec): string {
  const { value } = condition;
  if (!value.startsWith('/')) return refuseValue(condition, `${quoted(value)} does not start with "/"`);
  if (spec.kind === 'path' && value.endsWith('/')) {
    const cure = condition.name === 'path' ? 'use dir= for a directory' : 'leave the last "/" out';
    return refuseValue(condition, `${quoted(value)} ends with "/"`, cure);
  }
  return value;
}

function readComparison(condition: Condition, context: RuleContext): number {
  const number = readNumber('comparison', condition, context);
  if (number >= 1 && number <= 25) return number;
  return refuseValue(
    condition,
    `${quoted(condition.value)} is not a comparison, 1 to 25`,
    'use -C uid!=euid',
  );
}
