import { BpfauditError } from '../../errors/audit-error.ts';
import type { BpfRule } from './bpf-rule.ts';
import { printBpfRule } from './print-bpf-rule.ts';

/**
 * The list with one more rule: in front of all others when it was written with `-A`, behind them otherwise. In the
 * list its place tells that, and it is a rule of `-a` like all others.
 *
 * @throws BpfauditError `E_AUDIT_RULE_EXISTS` when the same rule is there already, as the kernel does
 */
export function addBpfRule(rules: readonly BpfRule[], rule: BpfRule): readonly BpfRule[] {
  if (rules.some((other) => isSameRule(other, rule))) {
    throw new BpfauditError(`add rule: it is there already: ${printBpfRule(rule)}`, {
      code: 'E_AUDIT_RULE_EXISTS',
    });
  }
  const listed = { ...rule, prepend: false };
  return rule.prepend ? [listed, ...rules] : [...rules, listed];
}

/**
 * The list without the rule that is exactly this one.
 *
 * @throws BpfauditError `E_AUDIT_RULE_MISSING` when there is none
 */
export function removeBpfRule(rules: readonly BpfRule[], rule: BpfRule): readonly BpfRule[] {
  const left = rules.filter((other) => !isSameRule(other, rule));
  if (left.length < rules.length) return left;
  throw new BpfauditError(`delete rule: there is none like it: ${printBpfRule(rule)}`, {
    code: 'E_AUDIT_RULE_MISSING',
    hint: 'name all its options, as bpfaudit ctl -l prints them',
  });
}

/** The list without the rules that carry a key, or, without a key, the empty list. */
export function removeBpfRules(rules: readonly BpfRule[], key: string | undefined): readonly BpfRule[] {
  return key === undefined ? [] : rules.filter((rule) => !rule.keys.includes(key));
}

// Where it was put does not make it another rule.
function isSameRule(left: BpfRule, right: BpfRule): boolean {
  return printBpfRule({ ...left, prepend: false }) === printBpfRule({ ...right, prepend: false });
}
