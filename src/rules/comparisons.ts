/**
 * The pairs `-C` can compare, by their number in the kernel (`AUDIT_COMPARE_*` in include/uapi/linux/audit.h),
 * each in the order in which auditctl prints it.
 */
export const COMPARISONS: Readonly<Record<number, readonly [left: string, right: string]>> = {
  1: ['uid', 'obj_uid'],
  2: ['gid', 'obj_gid'],
  3: ['euid', 'obj_uid'],
  4: ['egid', 'obj_gid'],
  5: ['auid', 'obj_uid'],
  6: ['suid', 'obj_uid'],
  7: ['sgid', 'obj_gid'],
  8: ['fsuid', 'obj_uid'],
  9: ['fsgid', 'obj_gid'],
  10: ['uid', 'auid'],
  11: ['uid', 'euid'],
  12: ['uid', 'fsuid'],
  13: ['uid', 'suid'],
  14: ['auid', 'fsuid'],
  15: ['auid', 'suid'],
  16: ['auid', 'euid'],
  17: ['euid', 'suid'],
  18: ['euid', 'fsuid'],
  19: ['suid', 'fsuid'],
  20: ['gid', 'egid'],
  21: ['gid', 'fsgid'],
  22: ['gid', 'sgid'],
  23: ['egid', 'fsgid'],
  24: ['egid', 'sgid'],
  25: ['sgid', 'fsgid'],
};

/** Fields that take part in a comparison. */
export const COMPARABLE_FIELDS: readonly string[] = [...new Set(Object.values(COMPARISONS).flat())];

/** The number of the comparison of two fields, in either order; undefined if the kernel has none. */
export function comparisonOf(left: string, right: string): number | undefined {
  for (const [number, [first, second]] of Object.entries(COMPARISONS)) {
    if ((first === left && second === right) || (first === right && second === left)) return Number(number);
  }
  return undefined;
}
