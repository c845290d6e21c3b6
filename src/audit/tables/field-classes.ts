import { FIELD_CLASSES } from './field-classes.generated.ts';

/** How the value of a field is to be read: `uid`, `escaped`, `sockaddr` ... (AUPARSE_TYPE_* of auparse-defs.h). */
export type FieldClass =
  | (typeof FIELD_CLASSES)[keyof typeof FIELD_CLASSES]
  | 'unclassified'
  | 'flags'
  | 'mode_short'
  | 'escaped_key';

const classes: ReadonlyMap<string, FieldClass> = new Map<string, FieldClass>([
  ...Object.entries(FIELD_CLASSES),
  // The generator cannot ask for this one: libauparse splits a key into one field per key.
  ['key', 'escaped_key'],
]);

/** The class of a field by its name alone; `unclassified` means that the value stands for itself. */
export function fieldClass(name: string): FieldClass {
  return classes.get(name) ?? 'unclassified';
}
