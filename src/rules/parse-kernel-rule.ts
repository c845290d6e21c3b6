import { COMPARABLE_FIELDS, comparisonOf } from './comparisons.ts';
import { parseCondition, refuseAt, requireOperator, type Condition } from './condition.ts';
import { KERNEL_FIELDS } from './kernel-fields.ts';
import { checkKernelRule } from './kernel-limits.ts';
import { readKernelField } from './kernel-field.ts';
import { PERMISSION_BITS, readNumber } from './kernel-values.ts';
import { EQUALITY } from './operator.ts';
import type { Option } from './options.ts';
import { KEY_SEPARATOR, type KernelField, type KernelList, type KernelRule } from './rule.ts';
import type { RuleContext } from './rule-context.ts';
import { RuleError, quoted, type RuleSource } from './rule-error.ts';
import type { RuleTarget } from './rule-target.ts';
import { SyscallReader } from './syscall-reader.ts';
import { readWatch } from './watch.ts';
import type { Word } from './words.ts';

/** Every permission: what `-w` without `-p` means. */
const ALL_PERMISSIONS = PERMISSION_BITS.reduce((bits, [, bit]) => bits | bit, 0);

/**
 * Builds a rule of the kernel's audit from its options, in the field order that auditctl sends.
 *
 * @throws {@link RuleError}
 */
export function parseKernelRule(
  options: readonly Option[],
  target: RuleTarget,
  list: KernelList,
  source: RuleSource,
  context: RuleContext,
): { rule: KernelRule; warnings: string[] } {
  const builder = new Builder(target, list, source, context);
  for (const option of options) builder.take(option);
  return builder.finish();
}

class Builder {
  readonly #target: RuleTarget;
  readonly #list: KernelList;
  readonly #source: RuleSource;
  readonly #context: RuleContext;
  readonly #fields: KernelField[] = [];
  readonly #columns: number[] = [];
  readonly #keys: Word[] = [];
  readonly #warnings: string[] = [];
  readonly #syscalls: SyscallReader;

  constructor(target: RuleTarget, list: KernelList, source: RuleSource, context: RuleContext) {
    this.#target = target;
    this.#list = list;
    this.#source = source;
    this.#context = context;
    this.#syscalls = new SyscallReader(list, target.watch, source, context);
  }

  take(option: Option): void {
    const value = option.value ?? { text: '', column: option.column };
    if (option === this.#target.option) this.#takeTarget(value);
    else if (option.name === 'S') this.#syscalls.take(value, option.column);
    else if (option.name === 'F') this.#takeField(parseCondition(value, this.#source));
    else if (option.name === 'C') this.#takeComparison(parseCondition(value, this.#source));
    else if (option.name === 'k') this.#keys.push(value);
    else this.#takePermissions(value, option.column);
  }

  finish(): { rule: KernelRule; warnings: string[] } {
    this.#addKeys();
    const { action, prepend } = this.#target;
    const syscalls = this.#syscalls.finish(this.#warnings);
    const rule: KernelRule = { list: this.#list, action, prepend, syscalls, fields: this.#fields };
    checkKernelRule(rule, this.#columns, this.#source);
    return { rule, warnings: this.#warnings };
  }

  #takeTarget(value: Word): void {
    if (!this.#target.watch) return;
    const watch = readWatch(value, this.#source, this.#context);
    this.#warnings.push(...watch.warnings);
    this.#add(watch.field, value.column);
    this.#add({ kind: 'number', name: 'perm', operator: '=', value: ALL_PERMISSIONS }, value.column);
  }

  #takeField(condition: Condition): void {
    if (condition.name === 'key') {
      requireOperator(condition, ['=']);
      this.#keys.push({ text: condition.value, column: condition.valueColumn });
      return;
    }
    const field = readKernelField(condition, this.#list, this.#context);
    if (field.kind === 'number' && field.name === 'arch') {
      this.#syscalls.setArch(field.value, condition.nameColumn);
    }
    this.#add(field, condition.nameColumn);
  }

  #takeComparison(condition: Condition): void {
    requireOperator(condition, EQUALITY);
    const spec = KERNEL_FIELDS.get('field_compare');
    if (spec?.lists.includes(this.#list) !== true) {
      refuseAt(
        'E_RULE_PLACE',
        condition,
        condition.nameColumn,
        `-C works only on the lists exit and io_uring, not ${this.#list}`,
      );
    }
    const comparison = comparisonOf(condition.name, condition.value.toLowerCase());
    if (comparison === undefined) {
      const reason = `the kernel cannot compare ${quoted(condition.name)} with ${quoted(condition.value)}`;
      const hint = `fields that can be compared: ${COMPARABLE_FIELDS.join(', ')}`;
      return refuseAt('E_RULE_FIELD', condition, condition.nameColumn, reason, hint);
    }
    this.#add({ kind: 'compare', operator: condition.operator, comparison }, condition.nameColumn);
  }

  // Replaces a permission that is already there, as auditctl does, so that -w with -p has one.
  #takePermissions(value: Word, column: number): void {
    if (this.#fields.length === 0) {
      throw new RuleError('E_RULE_PLACE', this.#source, column, '-p needs -w PATH or -F path= before it');
    }
    const condition = parseCondition({ text: `perm=${value.text}`, column: value.column - 5 }, this.#source);
    const bits = readNumber('permissions', condition, this.#context);
    const at = this.#fields.findIndex((field) => field.kind === 'number' && field.name === 'perm');
    const field: KernelField = { kind: 'number', name: 'perm', operator: '=', value: bits };
    if (at < 0) this.#add(field, column);
    else this.#fields[at] = field;
  }

  #addKeys(): void {
    const [first] = this.#keys;
    if (first === undefined) return;
    const anchored = this.#syscalls.given || this.#target.watch || this.#fields.some(anchorsKey);
    if (!anchored) {
      const reason = 'a key needs a system call, a path, a directory, perm, exe or fstype in the same rule';
      throw new RuleError(
        'E_RULE_PLACE',
        this.#source,
        first.column,
        reason,
        'add -S all to look at every system call',
      );
    }
    const text = this.#keys.map((key) => key.text).join(KEY_SEPARATOR);
    this.#add({ kind: 'text', name: 'key', operator: '=', text }, first.column);
  }

  #add(field: KernelField, column: number): void {
    this.#fields.push(field);
    this.#columns.push(column);
  }
}

function anchorsKey(field: KernelField): boolean {
  if (field.kind === 'number') return field.name === 'perm' || field.name === 'fstype';
  return field.kind === 'text' && ['path', 'dir', 'exe'].includes(field.name);
}
