/** The comparison operators of the rule language, as they are written. */
export const OPERATORS = ['=', '!=', '>', '>=', '<', '<=', '&', '&='] as const;

/** One operator; `&` is "any of these bits", `&=` is "all of these bits". */
export type Operator = (typeof OPERATORS)[number];

/** Operators that ask only whether two values are the same. */
export const EQUALITY: readonly Operator[] = ['=', '!='];

/** Operators that need an order. */
export const ORDERED: readonly Operator[] = ['=', '!=', '>', '>=', '<', '<='];

/**
 * Bits of `fieldflags` in `struct audit_rule_data`.
 *
 * @see https://github.com/torvalds/linux/blob/v6.12/include/uapi/linux/audit.h#L330 `AUDIT_EQUAL` and its kin
 */
const OPERATOR_BITS: Readonly<Record<Operator, number>> = {
  '=': 0x40000000,
  '!=': 0x30000000,
  '>': 0x20000000,
  '>=': 0x60000000,
  '<': 0x10000000,
  '<=': 0x50000000,
  '&': 0x08000000,
  '&=': 0x48000000,
};

const OPERATOR_MASK = 0x78000000;

/** The kernel's bits for an operator. */
export function operatorToBits(operator: Operator): number {
  return OPERATOR_BITS[operator];
}

/** The operator for a `fieldflags` word, or `undefined` where the kernel's bits name none. */
export function operatorFromBits(fieldFlags: number): Operator | undefined {
  const bits = fieldFlags & OPERATOR_MASK;
  return OPERATORS.find((operator) => OPERATOR_BITS[operator] === bits);
}

/**
 * Compares two unsigned numbers the way `audit_comparator()` does in kernel/auditfilter.c.
 *
 * @param left - what was observed
 * @param right - what the rule says
 */
export function compareNumbers(left: number, operator: Operator, right: number): boolean {
  return COMPARE[operator](left, right);
}

const COMPARE: Readonly<Record<Operator, (left: number, right: number) => boolean>> = {
  '=': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '&': (left, right) => (left & right) !== 0,
  '&=': (left, right) => (left & right) >>> 0 === right,
};
