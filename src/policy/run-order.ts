import type { PolicyRecord } from './policy-record.ts';

/**
 * For sorting: the policy that runs first comes first. Those of the same order stand as they are: of these the
 * one that was attached last runs first.
 */
export function byOrder(one: Pick<PolicyRecord, 'order'>, other: Pick<PolicyRecord, 'order'>): number {
  return one.order - other.order;
}
