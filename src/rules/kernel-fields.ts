import { EQUALITY, OPERATORS, ORDERED, type Operator } from './operator.ts';
import type { KernelList } from './rule.ts';

/** How the value of a field is written. */
export type ValueKind =
  | 'user'
  | 'login-user'
  | 'group'
  | 'number'
  | 'argument'
  | 'session'
  | 'errno'
  | 'arch'
  | 'record-type'
  | 'label'
  | 'path'
  | 'directory'
  | 'permissions'
  | 'file-type'
  | 'filesystem'
  | 'address-family'
  | 'success'
  | 'comparison'
  | 'key';

/** What the kernel's audit knows of one field. */
export interface KernelFieldSpec {
  /** `AUDIT_*` number in include/uapi/linux/audit.h. */
  readonly id: number;
  readonly kind: ValueKind;
  /** Operators that `audit_field_valid()` in kernel/auditfilter.c and auditctl both take. */
  readonly operators: readonly Operator[];
  /** Lists on which the field means anything. */
  readonly lists: readonly KernelList[];
}

const SYSCALL: readonly KernelList[] = ['exit', 'io_uring'];
const COMMON: readonly KernelList[] = ['task', 'exit', 'user', 'io_uring'];
const CREDENTIALS: readonly KernelList[] = [...COMMON, 'exclude'];
const EVERY: readonly KernelList[] = [...CREDENTIALS, 'filesystem'];
const SAME: readonly Operator[] = ['='];

function field(
  id: number,
  kind: ValueKind,
  operators: readonly Operator[],
  lists: readonly KernelList[],
): KernelFieldSpec {
  return { id, kind, operators, lists };
}

/**
 * The fields of the kernel's audit, by the name auditctl prints.
 *
 * @see https://github.com/torvalds/linux/blob/v6.12/kernel/auditfilter.c `audit_field_valid()`
 */
export const KERNEL_FIELDS: ReadonlyMap<string, KernelFieldSpec> = new Map([
  ['pid', field(0, 'number', ORDERED, CREDENTIALS)],
  ['uid', field(1, 'user', ORDERED, CREDENTIALS)],
  ['euid', field(2, 'user', ORDERED, COMMON)],
  ['suid', field(3, 'user', ORDERED, COMMON)],
  ['fsuid', field(4, 'user', ORDERED, COMMON)],
  ['gid', field(5, 'group', ORDERED, CREDENTIALS)],
  ['egid', field(6, 'group', ORDERED, COMMON)],
  ['sgid', field(7, 'group', ORDERED, COMMON)],
  ['fsgid', field(8, 'group', ORDERED, COMMON)],
  ['auid', field(9, 'login-user', ORDERED, CREDENTIALS)],
  ['pers', field(10, 'number', OPERATORS, COMMON)],
  ['arch', field(11, 'arch', EQUALITY, COMMON)],
  ['msgtype', field(12, 'record-type', ORDERED, ['exclude', 'user'])],
  ['subj_user', field(13, 'label', EQUALITY, CREDENTIALS)],
  ['subj_role', field(14, 'label', EQUALITY, CREDENTIALS)],
  ['subj_type', field(15, 'label', EQUALITY, CREDENTIALS)],
  ['subj_sen', field(16, 'label', ORDERED, CREDENTIALS)],
  ['subj_clr', field(17, 'label', ORDERED, CREDENTIALS)],
  ['ppid', field(18, 'number', ORDERED, SYSCALL)],
  ['obj_user', field(19, 'label', EQUALITY, SYSCALL)],
  ['obj_role', field(20, 'label', EQUALITY, SYSCALL)],
  ['obj_type', field(21, 'label', EQUALITY, SYSCALL)],
  ['obj_lev_low', field(22, 'label', ORDERED, SYSCALL)],
  ['obj_lev_high', field(23, 'label', ORDERED, SYSCALL)],
  ['sessionid', field(25, 'session', ORDERED, ['exit', 'user', 'io_uring'])],
  ['fstype', field(26, 'filesystem', EQUALITY, ['filesystem'])],
  ['devmajor', field(100, 'number', ORDERED, SYSCALL)],
  ['devminor', field(101, 'number', OPERATORS, SYSCALL)],
  ['inode', field(102, 'number', EQUALITY, SYSCALL)],
  ['exit', field(103, 'errno', ORDERED, SYSCALL)],
  ['success', field(104, 'success', ORDERED, SYSCALL)],
  ['path', field(105, 'path', SAME, SYSCALL)],
  ['perm', field(106, 'permissions', SAME, ['exit'])],
  ['dir', field(107, 'directory', SAME, SYSCALL)],
  ['filetype', field(108, 'file-type', EQUALITY, SYSCALL)],
  ['obj_uid', field(109, 'user', ORDERED, COMMON)],
  ['obj_gid', field(110, 'group', ORDERED, COMMON)],
  ['field_compare', field(111, 'comparison', EQUALITY, SYSCALL)],
  ['exe', field(112, 'path', EQUALITY, CREDENTIALS)],
  ['saddr_fam', field(113, 'address-family', ORDERED, COMMON)],
  ['a0', field(200, 'argument', OPERATORS, COMMON)],
  ['a1', field(201, 'argument', OPERATORS, COMMON)],
  ['a2', field(202, 'argument', OPERATORS, COMMON)],
  ['a3', field(203, 'argument', OPERATORS, COMMON)],
  ['key', field(210, 'key', SAME, EVERY)],
]);

/** Other spellings that auditctl takes on input. */
export const FIELD_ALIASES: ReadonlyMap<string, string> = new Map([['loginuid', 'auid']]);

const nameById: ReadonlyMap<number, string> = new Map(
  [...KERNEL_FIELDS].map(([name, spec]) => [spec.id, name]),
);

/** The name of a field by its number in the kernel, if it has one. */
export function kernelFieldName(id: number): string | undefined {
  return nameById.get(id);
}

/** Whether the kernel keeps the field's text in `buf` and only its length in `values`. */
export function isTextField(id: number): boolean {
  return (id >= 13 && id <= 23 && id !== 18) || id === 105 || id === 107 || id === 112 || id === 210;
}
