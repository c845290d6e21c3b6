import type { BpfRule } from './bpf/bpf-rule.ts';
import type { Operator } from './operator.ts';

/** The kernel's rule lists, with the numbers of `AUDIT_FILTER_*` in include/uapi/linux/audit.h. */
export const KERNEL_LISTS = {
  user: 0,
  task: 1,
  exit: 4,
  exclude: 5,
  filesystem: 6,
  io_uring: 7,
} as const;

/** A list of the kernel's audit: which moment a rule looks at. */
export type KernelList = keyof typeof KERNEL_LISTS;

/** The names of {@link KERNEL_LISTS}, in the order of their numbers. */
export const KERNEL_LIST_NAMES: readonly KernelList[] = [
  'user',
  'task',
  'exit',
  'exclude',
  'filesystem',
  'io_uring',
];

/** What a matching rule does, with the numbers of `AUDIT_NEVER` and `AUDIT_ALWAYS`. */
export const ACTIONS = { never: 0, always: 2 } as const;

/** `always` writes a record, `never` keeps it from being written. On `exclude` only `always` means "drop". */
export type Action = keyof typeof ACTIONS;

/** Words of 32 bits in {@link SyscallMask} (`AUDIT_BITMASK_SIZE`). */
export const MASK_WORDS = 64;

/** Bit n of word n/32 stands for system call n; the last 16 bits stand for classes of system calls. */
export type SyscallMask = Uint32Array;

/** A field with a numeric value, as the kernel keeps it: 32 bits, unsigned. */
export interface NumberField {
  readonly kind: 'number';
  /** Field name as auditctl prints it, `auid` for AUDIT_LOGINUID. */
  readonly name: string;
  readonly operator: Operator;
  /** 0 to 0xffffffff; a negative value is held as its 32-bit complement (`exit=-13` is 0xfffffff3). */
  readonly value: number;
}

/** A field with text: a path, a security label, a key. */
export interface TextField {
  readonly kind: 'text';
  readonly name: string;
  readonly operator: Operator;
  /** The bytes as UTF-8; a byte that is not UTF-8 stands as U+DC80..U+DCFF, so that nothing is lost. */
  readonly text: string;
}

/** `-C`: two fields of one event compared with each other (`AUDIT_FIELD_COMPARE`). */
export interface CompareField {
  readonly kind: 'compare';
  readonly operator: Operator;
  /** The pair's number in the kernel, 1 to 25. */
  readonly comparison: number;
}

/** A field that this version has no name for; only met in rules read back from a newer kernel. */
export interface UnknownField {
  readonly kind: 'unknown';
  /** The kernel's number of the field. */
  readonly id: number;
  readonly operator: Operator;
  readonly value: number;
}

/** One condition of a {@link KernelRule}. */
export type KernelField = NumberField | TextField | CompareField | UnknownField;

/** A rule of the kernel's own audit, in the order in which `struct audit_rule_data` holds it. */
export interface KernelRule {
  readonly list: KernelList;
  readonly action: Action;
  /** Put before the rules that exist (`-A`) rather than after them (`-a`). */
  readonly prepend: boolean;
  readonly syscalls: SyscallMask;
  /** All must hold. The key, if any, is a text field; several keys are joined by 0x01 in it. */
  readonly fields: readonly KernelField[];
}

/** A rule for the kernel's audit, or one for BPF records (list `bpf`). */
export type Rule = KernelRule | BpfRule;

/** Whether a rule is for BPF records; the others go to the kernel's audit. */
export function isBpfRule(rule: Rule): rule is BpfRule {
  return rule.list === 'bpf';
}

/** What joins several keys of one rule (`AUDIT_KEY_SEPARATOR`). */
export const KEY_SEPARATOR = '\u0001';

/** The keys of a rule, in order; empty if it has none. */
export function ruleKeys(rule: Rule): readonly string[] {
  if (isBpfRule(rule)) return rule.keys;
  return rule.fields.flatMap((field) =>
    field.kind === 'text' && field.name === 'key' ? field.text.split(KEY_SEPARATOR).filter(Boolean) : [],
  );
}

/** Whether the mask names every system call; the bits of the classes do not count, as in auditctl. */
export function isEverySyscall(mask: SyscallMask): boolean {
  return mask.subarray(0, MASK_WORDS - 1).every((word) => word === 0xffffffff);
}
