import { NEWER_RECORD_TYPES, RECORD_TYPES } from './record-types.generated.ts';

/** AUDIT_BPF_LSM_ACCESS: the type of the records about BPF LSM decisions. */
export const BPF_LSM_ACCESS = 1427;

const NUMBERS: ReadonlyMap<string, number> = new Map(
  Object.entries({ ...NEWER_RECORD_TYPES, ...RECORD_TYPES }).map(([number, name]) => [name, Number(number)]),
);

/**
 * The name of a record type (1300 is `SYSCALL`, 1427 `BPF_LSM_ACCESS`), or undefined if it has none.
 *
 * Includes types that libaudit 3.0.9 does not name.
 */
export function recordTypeName(type: number): string | undefined {
  return RECORD_TYPES[type] ?? NEWER_RECORD_TYPES[type];
}

/** The name that libaudit 3.0.9 knows for a type: what stock ausearch prints. */
export function stockRecordTypeName(type: number): string | undefined {
  return RECORD_TYPES[type];
}

/**
 * The number of a record type as it is written on disk or on a command line: `SYSCALL`, `UNKNOWN[1427]` or
 * `1427`. Undefined if the text is none of these.
 */
export function recordTypeNumber(text: string): number | undefined {
  const known = NUMBERS.get(text);
  if (known !== undefined) return known;
  const digits = /^(?:UNKNOWN\[(\d{1,7})\]|(\d{1,7}))$/.exec(text);
  return digits === null ? undefined : Number(digits[1] ?? digits[2]);
}

/** All types as [number, name] in the order of their numbers. */
export function recordTypeEntries(): readonly (readonly [number, string])[] {
  return [...NUMBERS].map(([name, number]) => [number, name] as const).sort((a, b) => a[0] - b[0]);
}
