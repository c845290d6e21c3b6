import { errnoName } from '../../audit/tables/errno.ts';
import { printableText } from '../printable-text.ts';
import { UINT32_MAX } from '../numbers.ts';
import { addressText } from './address.ts';
import { printLimit } from './rate-limit.ts';
import { BPF_FIELDS, fieldOfProperty } from './bpf-fields.ts';
import type { BpfCondition, BpfRule, NumberCondition } from './bpf-rule.ts';

/** A rule of the list `bpf` in the form in which it can be read back. */
export function printBpfRule(rule: BpfRule): string {
  const conditions = rule.conditions.map((condition) => ` ${printCondition(condition)}`);
  const limit = rule.limit === undefined ? '' : ` -F limit=${printLimit(rule.limit)}`;
  const keys = rule.keys.map((key) => ` -F key=${escapeWord(key)}`);
  return `-${rule.prepend ? 'A' : 'a'} ${rule.action},bpf${conditions.join('')}${limit}${keys.join('')}`;
}

/** One condition as `-F` or `-C` writes it. */
function printCondition(condition: BpfCondition): string {
  if (isVerdictWord(condition)) return `-F verdict=${condition.operator === '<' ? 'deny' : 'allow'}`;
  if (condition.kind === 'pair') return `-C ${condition.left}${condition.operator}${condition.right}`;
  return `-F ${conditionField(condition)}${condition.operator}${printValue(condition)}`;
}

function isVerdictWord(condition: BpfCondition): condition is NumberCondition {
  if (condition.kind !== 'number' || condition.property !== 'verdict' || condition.value !== 0) return false;
  return condition.operator === '<' || condition.operator === '>=';
}

/** The name of the field that a condition looks at. */
export function conditionField(condition: Exclude<BpfCondition, { kind: 'pair' }>): string {
  if (condition.kind === 'tree') return condition.property === 'path' ? 'dir' : 'cgroup';
  return fieldOfProperty(condition.property);
}

function printValue(condition: Exclude<BpfCondition, { kind: 'pair' }>): string {
  if (condition.kind === 'number') return printNumber(conditionField(condition), condition.value);
  if (condition.kind === 'wide') return String(condition.value);
  if (condition.kind === 'text') return escapeWord(condition.text);
  if (condition.kind === 'tree') return escapeWord(condition.root === '' ? '/' : condition.root);
  const whole = condition.bytes.length * 8 === condition.prefix;
  return addressText(condition.bytes) + (whole ? '' : `/${condition.prefix}`);
}

function printNumber(field: string, value: number): string {
  if (value === UINT32_MAX && (field === 'auid' || field === 'ses')) return '-1';
  const error = field === 'verdict' && value < 0 ? errnoName(-value) : undefined;
  if (error !== undefined) return `-${error}`;
  const spec = BPF_FIELDS.get(field);
  return (spec?.kind === 'named' ? spec.names[value] : undefined) ?? String(value);
}

// A space or a backslash must be escaped to be read back as part of the word.
function escapeWord(text: string): string {
  return printableText(text.replace(/[\\ ]/g, '\\$&'));
}
