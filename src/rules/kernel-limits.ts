import type { KernelField, KernelRule } from './rule.ts';
import { RuleError, type RuleErrorCode, type RuleSource } from './rule-error.ts';
import { textToBytes } from './text-bytes.ts';

/** `AUDIT_MAX_FIELDS`. */
const MAX_FIELDS = 64;
/** `AUDIT_MAX_KEY_LEN`. */
const MAX_KEY_BYTES = 256;
/** `PATH_MAX`. */
const MAX_TEXT_BYTES = 4096;

/**
 * Refuses what the kernel would refuse with a bare EINVAL: too many fields, too long a text, two fields that
 * exclude each other, a second exe.
 *
 * @param columns - where each field of the rule was written
 * @throws {@link RuleError} `E_RULE_LIMIT` or `E_RULE_PLACE`
 * @see https://github.com/torvalds/linux/blob/v6.12/kernel/auditfilter.c `audit_data_to_entry()`
 */
export function checkKernelRule(rule: KernelRule, columns: readonly number[], source: RuleSource): void {
  const refuse = (code: RuleErrorCode, at: number, reason: string): never => {
    throw new RuleError(code, source, columns[at] ?? 1, reason);
  };
  if (rule.fields.length > MAX_FIELDS) {
    refuse('E_RULE_LIMIT', MAX_FIELDS, `more than ${MAX_FIELDS} fields in one rule`);
  }
  const objects: string[] = [];
  for (const [at, field] of rule.fields.entries()) {
    checkLength(field, (reason) => refuse('E_RULE_LIMIT', at, reason));
    const name = field.kind === 'text' || field.kind === 'number' ? field.name : '';
    if (!['path', 'dir', 'inode', 'exe'].includes(name)) continue;
    const rival = objects.find((other) => (name === 'exe' ? other === 'exe' : other !== 'exe'));
    if (rival !== undefined)
      refuse('E_RULE_PLACE', at, `${name} beside ${rival}; the kernel takes one of them in a rule`);
    objects.push(name);
  }
}

function checkLength(field: KernelField, refuse: (reason: string) => void): void {
  if (field.kind !== 'text') return;
  const limit = field.name === 'key' ? MAX_KEY_BYTES : MAX_TEXT_BYTES;
  const { length } = textToBytes(field.text);
  const what = field.name === 'key' ? 'the keys of one rule' : field.name;
  if (length > limit) refuse(`${what}: ${length} bytes; the kernel takes ${limit}`);
}
