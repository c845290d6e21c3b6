import type { NameSource } from '../../audit/interpret/names.ts';
import type { EscapeMode } from '../../audit/interpret/escape.ts';
import type { Place } from './cursor.ts';
import type { RecordFields } from './record-fields.ts';

/** What is known of an event once its records have been boiled down to who did what to what. */
export interface Normalized {
  kind: string | undefined;
  session: Place | undefined;
  subject: Place | undefined;
  subjectSecond: Place | undefined;
  subjectKind: string | undefined;
  subjectLabel: Place | undefined;
  action: string | undefined;
  result: Place | undefined;
  /** The result where no field says it in a word. */
  outcome: 'success' | 'failed' | undefined;
  object: Place | undefined;
  objectSecond: Place | undefined;
  object2: Place | undefined;
  objectLabel: Place | undefined;
  objectKind: string;
  how: string | undefined;
  key: Place | undefined;
  /** 1 yes, 0 no, -1 not said. */
  syscallSuccess: number;
}

/** What the normalizer needs to put values into words. */
export interface NormalizeOptions {
  readonly names: NameSource;
  readonly escape: EscapeMode;
  /** Collect labels too; the text format does without. */
  readonly labels: boolean;
  /** Have no words for what libauparse has none for. */
  readonly stock?: boolean;
}

/** An event of which nothing is known yet. */
export function emptyNormalized(): Normalized {
  return {
    kind: undefined,
    session: undefined,
    subject: undefined,
    subjectSecond: undefined,
    subjectKind: undefined,
    subjectLabel: undefined,
    action: undefined,
    result: undefined,
    outcome: undefined,
    object: undefined,
    objectSecond: undefined,
    object2: undefined,
    objectLabel: undefined,
    objectKind: 'unknown',
    how: undefined,
    key: undefined,
    syscallSuccess: -1,
  };
}

/** The value at a place, in words; undefined if there is none. */
export function wordsAt(
  records: readonly RecordFields[],
  place: Place | undefined,
  options: { readonly names: NameSource; readonly escape: EscapeMode },
): string | undefined {
  if (place === undefined) return undefined;
  const record = records[place.record];
  const field = record?.fields[place.field];
  return record === undefined || field === undefined
    ? undefined
    : record.interpret(field, options.names, options.escape);
}

/** The kind of account that a user id is of. */
export function accountKind(uid: number): string {
  if (uid === 0) return 'privileged-acct';
  if (uid >>> 0 === 0xffffffff) return 'unset-acct';
  if ((uid | 0) < 1000) return 'service-acct';
  return uid < 60000 ? 'user-acct' : 'unknown-acct';
}
