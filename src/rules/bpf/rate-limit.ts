import { nearMiss } from '../../errors/near-miss.ts';
import { refuseAt, refuseValue, requireOperator, type Condition } from '../condition.ts';
import type { Action } from '../rule.ts';
import { didYouMean, quoted } from '../rule-error.ts';
import { LIMIT_SCOPES, type RateLimit } from './bpf-rule.ts';

const MAX_RECORDS = 1_000_000;
const MAX_SECONDS = 86_400;
const FORM = 'RECORDS/SECONDS or RECORDS/SECONDS/per, such as 20/10s or 20/10s/exe';

/**
 * Reads `limit=RECORDS/SECONDS[/SCOPE]`: a rule keeps so many of its records in so many seconds, for each key,
 * policy, executable or cgroup.
 *
 * @throws RuleError `E_RULE_VALUE`, or `E_RULE_PLACE` on a rule that keeps nothing
 */
export function readLimit(condition: Condition, action: Action): RateLimit {
  requireOperator(condition, ['=']);
  if (action === 'never') {
    const reason = 'limit= has no meaning on a rule that drops its records';
    return refuseAt('E_RULE_PLACE', condition, condition.nameColumn, reason, 'use -a always,bpf');
  }
  const parts = /^([0-9]{1,7})\/([0-9]{1,5})s?(?:\/(.*))?$/.exec(condition.value);
  const records = Number(parts?.[1] ?? 0);
  const seconds = Number(parts?.[2] ?? 0);
  if (records < 1 || records > MAX_RECORDS || seconds < 1 || seconds > MAX_SECONDS) {
    return refuseValue(condition, `${quoted(condition.value)} is not a limit; expected ${FORM}`);
  }
  const word = parts?.[3] ?? 'key';
  const per = LIMIT_SCOPES.find((scope) => scope === word);
  if (per !== undefined) return { records, seconds, per };
  const reason = `${quoted(word)} cannot have a limit of its own; expected ${LIMIT_SCOPES.join(', ')}`;
  return refuseValue(condition, reason, didYouMean(nearMiss(word, LIMIT_SCOPES)));
}

/** A limit as it is read. */
export function printLimit({ records, seconds, per }: RateLimit): string {
  return `${records}/${seconds}s${per === 'key' ? '' : `/${per}`}`;
}

/**
 * What a limit is counted under: rules with the same limit and the same keys share their buckets, and a bucket
 * survives a change of other rules. 64 bits, FNV-1a.
 *
 * @param text - the limit and the keys; of a rule without keys the whole rule
 */
export function limitId(text: string): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash;
}
