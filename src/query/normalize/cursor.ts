import type { Field, RecordFields } from './record-fields.ts';

/** Where a field of an event stands: its record, and its place in the record. */
export interface Place {
  readonly record: number;
  readonly field: number;
}

/**
 * Moves through the fields of an event as libauparse does: a search begins at the current field and goes on
 * into the records behind it. What was found therefore depends on what was looked for before.
 */
export class FieldCursor {
  readonly records: readonly RecordFields[];
  record = 0;
  field = 0;

  constructor(records: readonly RecordFields[]) {
    this.records = records;
  }

  /** Type of the record that the cursor is in; 0 behind the last one. */
  get type(): number {
    return this.records[this.record]?.type ?? 0;
  }

  /** The current field, or undefined behind the last one. */
  get current(): Field | undefined {
    return this.records[this.record]?.fields[this.field];
  }

  /** Moves to the first field of a record. */
  toRecord(number: number): boolean {
    if (number < 0 || number >= this.records.length) return false;
    this.record = number;
    this.field = 0;
    return true;
  }

  firstField(): void {
    this.field = 0;
  }

  nextRecord(): boolean {
    if (this.record + 1 >= this.records.length) return false;
    return this.toRecord(this.record + 1);
  }

  nextField(): boolean {
    const fields = this.records[this.record]?.fields ?? [];
    if (this.field + 1 >= fields.length) return false;
    this.field += 1;
    return true;
  }

  /** Moves to the next field of a name, from the current one on. */
  find(name: string): Field | undefined {
    for (; this.record < this.records.length; this.record += 1, this.field = 0) {
      const fields = this.records[this.record]?.fields ?? [];
      for (; this.field < fields.length; this.field += 1) {
        const field = fields[this.field];
        if (field?.name === name) return field;
      }
    }
    return undefined;
  }

  /** Looks for a field from the start of a record on. */
  findIn(record: number, name: string): Field | undefined {
    return this.toRecord(record) ? this.find(name) : undefined;
  }

  /** The place of the current field, said to be in `record`, which is where libauparse takes it to be. */
  place(record: number = this.record): Place {
    return { record, field: this.field };
  }
}
