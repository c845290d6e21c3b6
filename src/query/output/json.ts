import type { NameSource } from '../../audit/interpret/names.ts';
import { recordTypeName } from '../../audit/tables/record-types.ts';
import { RecordFields, type Field } from '../normalize/record-fields.ts';
import { isoTime } from './iso-time.ts';
import type { EventText, RecordLine } from './event-text.ts';

/** A value, or all values of a name that comes more than once. */
type JsonValue = string | readonly string[];

/** A record of an event in the json format. */
interface JsonRecord {
  readonly type: string;
  readonly number: number;
  readonly fields: Readonly<Record<string, JsonValue>>;
  readonly words: Readonly<Record<string, JsonValue>>;
}

/**
 * One event as a line of JSON, in UTF-8.
 *
 * The schema, which only grows: `time` (RFC 3339, UTC), `sec`, `milli`, `serial`, `node` (absent without
 * one) and `records`, each with `type`, `number`, `fields` (values as they stand in the log) and `words`
 * (those that read differently with `-i`). Bytes that are not UTF-8 become U+FFFD.
 */
export function formatJson(event: EventText, names: NameSource): string {
  const body = {
    time: isoTime(event.sec, event.milli),
    sec: event.sec,
    milli: event.milli,
    serial: event.serial,
    ...(event.node === null ? {} : { node: utf8(event.node) }),
    records: event.records.map((record) => jsonRecord(record, names)),
  };
  // Output is made of latin-1 strings: each byte of the UTF-8 becomes one character.
  return `${Buffer.from(JSON.stringify(body), 'utf8').toString('latin1')}\n`;
}

function jsonRecord(line: RecordLine, names: NameSource): JsonRecord {
  const record = new RecordFields(line);
  const own = record.fields.filter((field) => field.name !== 'type' && field.name !== 'node');
  const words = own
    .map((field): Field => ({ name: field.name, value: record.interpret(field, names, 'raw') }))
    .filter((field, i) => field.value !== own[i]?.value);
  return {
    type: recordTypeName(line.type) ?? utf8(/type=(\S+)/.exec(line.body)?.[1] ?? 'UNKNOWN'),
    number: line.type,
    fields: grouped(own),
    words: grouped(words),
  };
}

function grouped(fields: readonly Field[]): Record<string, JsonValue> {
  const byName = new Map<string, string[]>();
  for (const { name, value } of fields) {
    const values = byName.get(name);
    if (values === undefined) byName.set(name, [utf8(value)]);
    else values.push(utf8(value));
  }
  return Object.fromEntries(
    [...byName].map(([name, values]) => [utf8(name), values.length === 1 ? (values[0] ?? '') : values]),
  );
}

function utf8(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8');
}
