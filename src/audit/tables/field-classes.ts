import { FIELD_CLASSES } from './field-classes.generated.ts';

/** How the value of a field is to be read: `uid`, `escaped`, `sockaddr` ... (AUPARSE_TYPE_* of auparse-defs.h). */
export type FieldClass =
  | (typeof FIELD_CLASSES)[keyof typeof FIELD_CLASSES]
  | 'unclassified'
  | 'flags'
  | 'mode_short';

const classes: ReadonlyMap<string, FieldClass> = new Map(Object.entries(FIELD_CLASSES));

/** The class of a field by its name alone; `unclassified` means that the value stands for itself. */
export function fieldClass(name: string): FieldClass {
  return classes.get(name) ?? 'unclassified';
}
