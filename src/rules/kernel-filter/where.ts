import type { BpfCondition, BpfRule } from '../bpf/bpf-rule.ts';
import { conditionField } from '../bpf/print-bpf-rule.ts';
import { conditionNode, type IdentityResolver } from './condition-node.ts';
import { isOfProgram } from '../bpf/rules-of-program.ts';

/** Where a condition is decided: when a program is attached, in the kernel at each call, or in user space. */
export type Place = 'attach' | 'kernel' | 'user';

/** Where a condition is decided on this machine. */
function conditionPlace(condition: BpfCondition, resolver: IdentityResolver): Place {
  if (isOfProgram(condition)) return 'attach';
  return conditionNode(condition, resolver) === undefined ? 'user' : 'kernel';
}

/**
 * Where a rule is decided, for `ctl -l --where`: `kernel`, `user`, or `kernel: uid, exe; user: cause`.
 *
 * A rule of the kernel alone costs nothing in user space, and what it drops is never reserved in the ring.
 */
export function describeWhere(rule: BpfRule, resolver: IdentityResolver): string {
  const fields: Record<Place, string[]> = { attach: [], kernel: [], user: [] };
  for (const condition of rule.conditions) {
    const name =
      condition.kind === 'pair' ? `${condition.left}:${condition.right}` : conditionField(condition);
    fields[conditionPlace(condition, resolver)].push(name);
  }
  const kernel = [...fields.attach, ...fields.kernel];
  if (fields.user.length === 0) return 'kernel';
  if (kernel.length === 0) return 'user';
  return `kernel: ${kernel.join(', ')}; user: ${fields.user.join(', ')}`;
}
