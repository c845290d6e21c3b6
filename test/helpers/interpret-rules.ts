import type { BpfRule } from '../../src/rules/bpf/bpf-rule.ts';
import type { BpfEventView } from '../../src/rules/bpf/event-view.ts';
import type { IdentifyFile } from '../../src/rules/bpf/file-identity.ts';
import { interpretCondition } from '../../src/rules/bpf/interpret-condition.ts';

/**
 * The number of the first rule that matches an event, or -1: the meaning of the list `bpf`, written as plainly
 * as it can be said and without regard to speed.
 *
 * The compiled predicate and the kernel's filter are tested against this one.
 */
export function interpretBpfRules(
  rules: readonly BpfRule[],
  event: BpfEventView,
  identify?: IdentifyFile,
): number {
  return rules.findIndex((rule) =>
    rule.conditions.every((condition) => interpretCondition(condition, event, identify)),
  );
}
