import type { AuditControl } from '../netlink/audit-control.ts';
import { decodeRule } from './kernel-bytes.ts';
import { ruleKeys, type KernelRule } from './rule.ts';

/** A rule that the kernel holds. */
export interface InstalledRule {
  /** As the kernel listed it, and as it must be given back to delete it. */
  readonly bytes: Uint8Array;
  /** The same, decoded. */
  readonly rule: KernelRule;
}

/**
 * The kernel's rules in its order.
 *
 * @param key - only those that carry exactly this key among theirs
 * @throws BpfauditError `E_RULE_BYTES` for a rule of a kernel newer than this version
 */
export async function installedRules(control: AuditControl, key?: string): Promise<readonly InstalledRule[]> {
  const rules = (await control.listRules()).map((bytes) => ({ bytes, rule: decodeRule(bytes) }));
  return key === undefined ? rules : rules.filter(({ rule }) => ruleKeys(rule).includes(key));
}

/**
 * Deletes the kernel's rules that carry exactly this key, or all of them. A rule that somebody else deletes
 * meanwhile counts as deleted.
 *
 * @returns how many this call deleted
 */
export async function deleteInstalledRules(control: AuditControl, key?: string): Promise<number> {
  const doomed =
    key === undefined
      ? await control.listRules()
      : (await installedRules(control, key)).map(({ bytes }) => bytes);
  let deleted = 0;
  for (const bytes of doomed) {
    try {
      await control.deleteRule(bytes);
      deleted++;
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
  return deleted;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'E_AUDIT_RULE_MISSING';
}
