import type { PolicyRecord } from './policy-record.ts';

/** For sorting: the policy that runs later comes first. */
export function runsLater(
  one: Pick<PolicyRecord, 'order' | 'name'>,
  other: Pick<PolicyRecord, 'order' | 'name'>,
): number {
  if (one.order !== other.order) return other.order - one.order;
  return one.name < other.name ? 1 : -1;
}
