import type { NameSource } from '../../audit/interpret/names.ts';
import { recordTypeName } from '../../audit/tables/record-types.ts';
import { RecordFields, type Field } from '../normalize/record-fields.ts';
import { isoTime } from './iso-time.ts';
import type { EventText, RecordLine } from './event-text.ts';
import { bytesOf, textOf } from './utf8.ts';

/**
 * One event as a line of JSON, in UTF-8.
 *
 * The schema, which only grows: `time` (RFC 3339, UTC), `sec`, `milli`, `serial`, `node` (absent without
 * one) and `records`, each with `type`, `number`, `fields` (values as they stand in the log) and `words`
 * (those that read differently with `-i`). Bytes that are not UTF-8 become U+FFFD.
 */
export function formatJson(event: EventText, names: NameSource): string {
  const time = isoTime(event.sec, event.milli);
  const members = [
    ...(time === undefined ? [] : [`"time":"${time}"`]),
    `"sec":${JSON.stringify(event.sec)}`,
    `"milli":${JSON.stringify(event.milli)}`,
    `"serial":${JSON.stringify(event.serial)}`,
    ...(event.node === null ? [] : [`"node":${quoted(event.node)}`]),
    `"records":[${event.records.map((record) => recordText(record, names)).join(',')}]`,
  ];
  return `{${members.join(',')}}\n`;
}

function recordText(line: RecordLine, names: NameSource): string {
  const record = new RecordFields(line);
  const own = record.fields.filter((field) => field.name !== 'type' && field.name !== 'node');
  const words: Field[] = [];
  for (const field of own) {
    const value = record.interpret(field, names, 'raw');
    if (value !== field.value) words.push({ name: field.name, value });
  }
  const type = recordTypeName(line.type) ?? /type=(\S+)/.exec(line.body)?.[1] ?? 'UNKNOWN';
  return (
    `{"type":${quoted(type)},"number":${JSON.stringify(line.type)},` +
    `"fields":${objectText(own)},"words":${objectText(words)}}`
  );
}

/** An object of the fields; a name that comes more than once has all its values in an array. */
function objectText(fields: readonly Field[]): string {
  const texts = new Map<string, string>();
  let several: Set<string> | undefined;
  for (const field of fields) {
    const name = quoted(field.name);
    const before = texts.get(name);
    if (before === undefined) {
      texts.set(name, quoted(field.value));
    } else {
      texts.set(name, `${before},${quoted(field.value)}`);
      (several ??= new Set()).add(name);
    }
  }
  const members: string[] = [];
  for (const [name, text] of texts)
    members.push(`${name}:${several?.has(name) === true ? `[${text}]` : text}`);
  return `{${members.join(',')}}`;
}

/** Stands between quotes as it is. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** Bytes as a string of JSON, as bytes again. */
function quoted(bytes: string): string {
  if (PLAIN.test(bytes)) return `"${bytes}"`;
  return bytesOf(JSON.stringify(textOf(bytes)));
}
