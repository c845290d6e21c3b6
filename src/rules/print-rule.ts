import { errnoName } from '../audit/tables/errno.ts';
import { isElf64, machineOfElf, type Machine } from '../audit/tables/machines.ts';
import { stockRecordTypeName } from '../audit/tables/record-types.ts';
import { FILESYSTEM_TYPES } from '../audit/tables/rule-words.generated.ts';
import { syscallName } from '../audit/tables/syscalls.ts';
import { printBpfRule } from './bpf/print-bpf-rule.ts';
import { COMPARISONS } from './comparisons.ts';
import { IO_URING_OPERATIONS } from './io-uring-operations.ts';
import { PERMISSION_BITS } from './kernel-values.ts';
import { UINT32_MAX } from './numbers.ts';
import { printableText } from './printable-text.ts';
import {
  isBpfRule,
  isEverySyscall,
  ruleKeys,
  type CompareField,
  type KernelField,
  type KernelRule,
  type Rule,
  type TextField,
} from './rule.ts';

/** How to print a rule. */
export interface PrintOptions {
  /**
   * `-l -i`: machine names for `b64` and `b32`, `unset` for -1.
   *
   * @default false
   */
  readonly interpret?: boolean;
  /**
   * The machine whose system calls a rule without `arch` means.
   *
   * @default 'x86_64'
   */
  readonly machine?: Machine;
}

/**
 * A rule as `auditctl -l` prints it, which is also a way to write it.
 *
 * Three things differ from auditctl 3.0.9, which prints them as a rule that means something else: `!=` on a
 * text field is kept, a watch is printed as `-w` only when it is one (`always`, with a path), and its parts
 * come in the order in which they can be read back. Control bytes in a path or a key become `\ooo`.
 *
 * @example
 * ```ts
 * printRule(parseRule('-w /etc/shadow -p wa -k shadow', where)); // the same line
 * ```
 */
export function printRule(rule: Rule, options: PrintOptions = {}): string {
  if (isBpfRule(rule)) return printBpfRule(rule);
  return printWatch(rule) ?? printSyscallRule(rule, options);
}

// A rule is a watch when -w can say it: a path or directory, perm, keys, and every system call.
function printWatch(rule: KernelRule): string | undefined {
  if (rule.list !== 'exit' || rule.action !== 'always' || rule.prepend || !isEverySyscall(rule.syscalls))
    return undefined;
  let object: TextField | undefined;
  let permissions: number | undefined;
  for (const field of rule.fields) {
    if (field.operator !== '=') return undefined;
    if (field.kind === 'text' && (field.name === 'path' || field.name === 'dir')) object = field;
    else if (field.kind === 'number' && field.name === 'perm' && permissions === undefined)
      permissions = field.value;
    else if (field.kind !== 'text' || field.name !== 'key') return undefined;
  }
  if (object === undefined || permissions === undefined) return undefined;
  const keys = ruleKeys(rule).map((key) => ` -k ${printableText(key)}`);
  return `-w ${printableText(object.text)} -p ${printPermissions(permissions)}${keys.join('')}`;
}

function printSyscallRule(rule: KernelRule, options: PrintOptions): string {
  let machine = options.machine ?? 'x86_64';
  let text = `-${rule.prepend ? 'A' : 'a'} ${rule.action},${rule.list}`;
  for (const field of rule.fields) {
    if (field.kind !== 'number' || field.name !== 'arch') continue;
    machine = machineOfElf(field.value) ?? machine;
    text += ` -F arch${field.operator}${printArch(field.value, options)}`;
  }
  text += printSyscalls(rule, machine);
  for (const field of rule.fields) text += printField(field, options);
  return text;
}

function printArch(elf: number, options: PrintOptions): string {
  const machine = machineOfElf(elf);
  if (machine === undefined) return `0x${elf.toString(16).toUpperCase()}`;
  if (options.interpret === true) return machine;
  return isElf64(elf) ? 'b64' : 'b32';
}

function printSyscalls(rule: KernelRule, machine: Machine): string {
  if (rule.list !== 'exit' && rule.list !== 'io_uring') return '';
  // On io_uring "all" means the operations that have a name, and no -S means every bit.
  if (isEverySyscall(rule.syscalls)) return rule.list === 'exit' ? ' -S all' : '';
  const names: string[] = [];
  for (const [at, word] of rule.syscalls.entries()) {
    for (let bit = 0; word >>> bit !== 0; bit++) {
      if (((word >>> bit) & 1) === 0) continue;
      const number = at * 32 + bit;
      const name = rule.list === 'io_uring' ? IO_URING_OPERATIONS[number] : syscallName(machine, number);
      names.push(name ?? String(number));
      if (bit === 31) break;
    }
  }
  return names.length === 0 ? '' : ` -S ${names.join(',')}`;
}

function printField(field: KernelField, options: PrintOptions): string {
  if (field.kind === 'text') return printText(field);
  if (field.kind === 'compare') return printComparison(field);
  if (field.kind === 'unknown') return ` f${field.id}${field.operator}${field.value | 0}`;
  if (field.name === 'arch') return '';
  return ` -F ${field.name}${field.operator}${printNumber(field.name, field.value, options)}`;
}

function printComparison(field: CompareField): string {
  const pair = COMPARISONS[field.comparison];
  if (pair === undefined) return ` -F field_compare${field.operator}${field.comparison}`;
  return ` -C ${pair[0]}${field.operator}${pair[1]}`;
}

function printText(field: TextField): string {
  if (field.name !== 'key') return ` -F ${field.name}${field.operator}${printableText(field.text)}`;
  return field.text
    .split('\u0001')
    .filter(Boolean)
    .map((key) => ` -F key${field.operator}${printableText(key)}`)
    .join('');
}

function printNumber(name: string, value: number, options: PrintOptions): string {
  const signed = value | 0;
  if (options.interpret === true && value === UINT32_MAX && (name === 'auid' || name === 'sessionid'))
    return 'unset';
  switch (name) {
    case 'msgtype':
      return stockRecordTypeName(value) ?? String(signed);
    case 'perm':
      return printPermissions(value);
    case 'inode':
    case 'pid':
    case 'ppid':
    case 'pers':
      return String(value);
    case 'fstype':
      return FILESYSTEM_TYPES[value] ?? String(signed);
    case 'exit': {
      const error = signed < 0 ? errnoName(-signed) : undefined;
      return error === undefined ? String(signed) : `-${error}`;
    }
    case 'a0':
    case 'a1':
    case 'a2':
    case 'a3':
      return `0x${value.toString(16).toUpperCase()}`;
    default:
      return String(signed);
  }
}

function printPermissions(bits: number): string {
  return PERMISSION_BITS.filter(([, bit]) => (bits & bit) !== 0)
    .map(([letter]) => letter)
    .join('');
}
