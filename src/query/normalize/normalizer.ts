import { lowInt32 } from '../../audit/interpret/numbers.ts';
import { fieldClass } from '../../audit/tables/field-classes.ts';
import { FieldCursor } from './cursor.ts';
import { accountKind, emptyNormalized, type Normalized, type NormalizeOptions } from './normalized.ts';
import type { Field, RecordFields } from './record-fields.ts';

/** Interpreters that do the work of a script: the command name says more than the executable. */
const INTERPRETERS = ['/usr/bin/python', '/usr/bin/sh', '/usr/bin/bash', '/usr/bin/perl'];

/** An event under the normalizer's hands, with the steps that several kinds of events share. */
export class Normalizer {
  readonly records: readonly RecordFields[];
  readonly options: NormalizeOptions;
  readonly cursor: FieldCursor;
  readonly out: Normalized = emptyNormalized();

  constructor(records: readonly RecordFields[], options: NormalizeOptions) {
    this.records = records;
    this.options = options;
    this.cursor = new FieldCursor(records);
  }

  /** The current field in words. */
  words(): string {
    const field = this.cursor.current;
    const record = this.records[this.cursor.record];
    return field === undefined || record === undefined
      ? ''
      : record.interpret(field, this.options.names, this.options.escape);
  }

  /** Looks for a field from the cursor on, said to be in `record` if found. */
  place(name: string, record: number): ReturnType<FieldCursor['place']> | undefined {
    return this.cursor.find(name) === undefined ? undefined : this.cursor.place(record);
  }

  /** Goes back to the start of a record. */
  rewind(record = 0): void {
    this.cursor.toRecord(record);
  }

  setSubject(name: string, record: number): boolean {
    const place = this.place(name, record);
    if (place !== undefined) this.out.subject = place;
    return place !== undefined;
  }

  setSubjectSecond(name: string, record: number): boolean {
    const place = this.place(name, record);
    if (place === undefined) return false;
    this.out.subjectSecond = place;
    return this.setSubjectKind();
  }

  /** The kind of account of the current field. */
  setSubjectKind(): boolean {
    const field = this.cursor.current;
    if (field === undefined) return false;
    const uid = fieldClass(field.name) === 'uid' ? lowInt32(field.value, 10) : this.#accountId(field);
    if (uid === undefined) return false;
    this.out.subjectKind = accountKind(uid);
    return true;
  }

  setSession(record: number): boolean {
    const place = this.place('ses', record);
    if (place === undefined) this.rewind();
    else this.out.session = place;
    return place !== undefined;
  }

  setResult(record: number): void {
    const place = this.place('res', record);
    if (place !== undefined) this.out.result = place;
  }

  setObject(name: string, record: number): boolean {
    const place = this.place(name, record);
    if (place !== undefined) this.out.object = place;
    return place !== undefined;
  }

  /** Takes the executable for how it was done, or the command name of a script. */
  setHow(): boolean {
    if (this.cursor.find('exe') === undefined) return false;
    this.out.how = this.words();
    if (INTERPRETERS.some((path) => this.out.how?.startsWith(path))) {
      if (this.cursor.field > 0) this.cursor.field -= 1;
      else this.rewind();
      if (this.cursor.find('comm') !== undefined) this.out.how = this.words();
    }
    return true;
  }

  /** The program that did it as the object, or the command name of a script. */
  setProgramObject(): void {
    this.rewind();
    const name = this.cursor.type === 1334 ? 'prog-id' : this.cursor.type === 1335 ? 'nl-mcgrp' : 'exe';
    if (this.cursor.find(name) === undefined) return;
    if (name === 'exe' && INTERPRETERS.some((path) => this.words().startsWith(path))) {
      if (this.cursor.field > 0) this.cursor.field -= 1;
      else this.rewind();
      this.cursor.find('comm');
    }
    this.out.object = this.cursor.place();
  }

  /** The current field as the object. */
  takeObject(name: string): void {
    if (this.cursor.find(name) !== undefined) this.out.object = this.cursor.place();
  }

  #accountId(field: Field): number | undefined {
    return field.name === 'acct' ? this.options.names.userId(this.words()) : undefined;
  }
}
