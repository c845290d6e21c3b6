import { encodeRule } from '../../rules/kernel-bytes.ts';
import type { InstalledRule } from '../../rules/installed-rules.ts';
import { ruleKeys, type KernelRule } from '../../rules/rule.ts';
import { isCompanionRule } from './companion-rules.ts';

/** What has to be done so that the kernel holds the wanted companion rules and no others. */
export interface RuleDifference {
  /** To be added, as `AUDIT_ADD_RULE` takes them. */
  readonly missing: readonly Uint8Array[];
  /** Companion rules that nobody wants any more, as the kernel listed them. */
  readonly stale: readonly Uint8Array[];
  /** A rule of somebody else may keep the kernel from writing events that companion rules ask for. */
  readonly silenced: boolean;
}

/** Records of the kernel's event about a system call; an exclude rule for others takes nothing away. */
const EVENT_TYPES: ReadonlySet<number> = new Set([1300, 1302, 1307, 1309, 1320, 1327]);

/** Compares what the kernel holds with what is wanted. Rules of others are never in the result. */
export function compareRules(
  installed: readonly InstalledRule[],
  wanted: readonly KernelRule[],
): RuleDifference {
  const wantedBytes = new Map(wanted.map((rule) => [identity(rule), encodeRule(rule)]));
  const held = new Set(installed.map(({ rule }) => identity(rule)));
  return {
    missing: [...wantedBytes].filter(([key]) => !held.has(key)).map(([, bytes]) => bytes),
    stale: installed
      .filter(({ rule }) => isCompanionRule(rule) && !wantedBytes.has(identity(rule)))
      .map(({ bytes }) => bytes),
    silenced: installed.some(({ rule }) => silences(rule)),
  };
}

/** Bytes of a rule without what netlink pads them with. */
function identity(rule: KernelRule): string {
  return Buffer.from(encodeRule(rule)).toString('latin1');
}

/** Whether a rule can take records of a denied call away. Rather too often than not. */
function silences(rule: KernelRule): boolean {
  if (rule.list === 'exit' || rule.list === 'task') return rule.action === 'never';
  if (rule.list === 'filesystem') return rule.action === 'never';
  if (rule.list !== 'exclude') return false;
  const types = rule.fields.filter((field) => field.kind === 'number' && field.name === 'msgtype');
  const others = rule.fields.length - types.length - (ruleKeys(rule).length > 0 ? 1 : 0);
  if (others > 0 || types.length === 0) return true;
  return types.some(
    (field) => field.kind !== 'number' || field.operator !== '=' || EVENT_TYPES.has(field.value),
  );
}
