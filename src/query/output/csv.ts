import { decodeUntrusted } from '../../audit/interpret/hex.ts';
import type { EscapeMode } from '../../audit/interpret/escape.ts';
import type { NameSource } from '../../audit/interpret/names.ts';
import { recordTypeName, stockRecordTypeName } from '../../audit/tables/record-types.ts';
import { normalize } from '../normalize/normalize.ts';
import { wordsAt, type Normalized } from '../normalize/normalized.ts';
import { RecordFields } from '../normalize/record-fields.ts';
import type { EventText } from './event-text.ts';
import type { TimeFormatter } from './local-time.ts';

/** Which columns `--extra-*` add. */
export interface CsvColumns {
  readonly keys: boolean;
  readonly labels: boolean;
  readonly object2: boolean;
  readonly time: boolean;
}

/** What the normalized formats print values with. */
export interface NormalFormatOptions {
  readonly names: NameSource;
  readonly escape: EscapeMode;
  readonly time: TimeFormatter;
  /** Name only the record types that libaudit 3.0.9 names. */
  readonly stock: boolean;
}

/** The heading of the csv format. */
export function csvHeader(columns: CsvColumns): string {
  const time = columns.time ? 'YEAR,MONTH,DAY,WEEKDAY,HOUR,MILLI,GMT_OFFSET,' : '';
  const subject = columns.labels ? 'SUBJ_LABEL,' : '';
  const object = `${columns.object2 ? 'OBJ2,' : ''}${columns.labels ? 'OBJ_LABEL,' : ''}`;
  return (
    `NODE,EVENT,DATE,TIME,${time}SERIAL_NUM,EVENT_KIND,SESSION,SUBJ_PRIME,SUBJ_SEC,SUBJ_KIND,${subject}` +
    `ACTION,RESULT,OBJ_PRIME,OBJ_SEC,${object}OBJ_KIND,HOW${columns.keys ? ',KEY' : ''}\n`
  );
}

/** One event as a line of csv, as ausearch writes it: nothing is quoted. */
export function formatCsv(event: EventText, columns: CsvColumns, options: NormalFormatOptions): string {
  const records = recordsOf(event);
  const found = normalize(records, { ...options, labels: columns.labels });
  const head = headColumns(event, columns, options.time, options.stock);
  if (found === undefined) {
    const empty = `,,,,,,,,,${columns.labels ? ',,' : ''}${columns.object2 ? ',' : ''}${columns.keys ? ',' : ''}`;
    return `${head}${empty}\n`;
  }
  return `${head}${whatColumns(records, found, columns, options).join(',')}\n`;
}

function headColumns(event: EventText, columns: CsvColumns, time: TimeFormatter, stock: boolean): string {
  const number = event.records[0]?.type ?? -1;
  const type = (stock ? stockRecordTypeName(number) : recordTypeName(number)) ?? '';
  const parts = [event.node ?? '', type, time.date(event.sec), time.time(event.sec)];
  if (columns.time) parts.push(...timeColumns(event, time));
  return `${[...parts, event.serial].join(',')},`;
}

function timeColumns(event: EventText, time: TimeFormatter): string[] {
  const offset = time.local(event.sec).offsetSec;
  const total = Math.abs(offset);
  const zone = `${offset >= 0 ? '+' : '-'}${two(Math.floor(total / 3600))}:${two(Math.floor((total % 3600) / 60))}`;
  const parts = time.format(event.sec, '%Y,%m,%d,%u,%k').split(',');
  return [...parts, String(event.milli), zone];
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

function whatColumns(
  records: readonly RecordFields[],
  found: Normalized,
  columns: CsvColumns,
  options: NormalFormatOptions,
): string[] {
  const words = (place: Normalized['session']): string => wordsAt(records, place, options) ?? '';
  const subject = words(found.subject);
  return [
    found.kind ?? '',
    words(found.session),
    subject === 'unset' ? 'system' : subject,
    words(found.subjectSecond),
    found.subjectKind ?? '',
    ...(columns.labels ? [words(found.subjectLabel)] : []),
    found.action ?? 'did-unknown',
    outcomeOf(records, found, options),
    words(found.object),
    words(found.objectSecond),
    ...(columns.object2 ? [words(found.object2)] : []),
    ...(columns.labels ? [words(found.objectLabel)] : []),
    found.objectKind,
    found.how ?? '',
    ...(columns.keys ? [words(found.key)] : []),
  ];
}

/** `success`, `failed`, or nothing. */
function outcomeOf(
  records: readonly RecordFields[],
  found: Normalized,
  options: NormalFormatOptions,
): string {
  const words = wordsAt(records, found.result, options);
  return found.outcome ?? (words === undefined ? '' : resultWord(words));
}

function resultWord(words: string): string {
  return words === 'yes' || words.startsWith('suc') ? 'success' : 'failed';
}

/** One event as a sentence, as ausearch writes it. */
export function formatText(event: EventText, options: NormalFormatOptions): string {
  const records = recordsOf(event);
  const found = normalize(records, { ...options, labels: false });
  const { time } = options;
  const where = event.node === null ? 'At' : `On ${event.node} at`;
  let out = `${where} ${time.time(event.sec)} ${time.date(event.sec)} `;
  if (found === undefined) return `${out} did-unknown \n`;
  out += subjectText(records, found, options);
  const result = outcomeOf(records, found, options);
  if (result === '') out += ' ';
  else out += result === 'success' ? ' successfully ' : ' unsuccessfully ';
  out += `${found.action ?? 'did-unknown'} `;
  out += objectText(records, found, options);
  const acts = found.action !== undefined && !found.action.startsWith('e');
  if (found.how !== undefined && acts) out += `using ${found.how}`;
  return `${out}\n`;
}

function subjectText(
  records: readonly RecordFields[],
  found: Normalized,
  options: NormalFormatOptions,
): string {
  const subject = wordsAt(records, found.subject, options);
  const second = wordsAt(records, found.subjectSecond, options);
  let out = subject === undefined ? '' : subject === 'unset' ? 'system' : subject;
  if (second === undefined || subject === undefined) return out;
  if (idAt(records, found.subject) !== idAt(records, found.subjectSecond)) out += `, acting as ${second},`;
  return out;
}

function idAt(records: readonly RecordFields[], place: Normalized['subject']): number | undefined {
  const value = place === undefined ? undefined : records[place.record]?.fields[place.field]?.value;
  return value === undefined || !/^\d+$/.test(value) ? undefined : Number(value);
}

function objectText(
  records: readonly RecordFields[],
  found: Normalized,
  options: NormalFormatOptions,
): string {
  let out = '';
  const object = wordsAt(records, found.object, options);
  if (object !== undefined) out += `${shortSocket(object)} `;
  const second = wordsAt(records, found.object2, options);
  if (second !== undefined) out += `to ${second} `;
  return out;
}

/** In a sentence a socket address is its address, or the family if it has none. */
function shortSocket(words: string): string {
  const found = /^\{ (?:saddr_)?fam=(\S+) (?:laddr=(\S+) )?/.exec(words);
  return found === null ? words : (found[2] ?? found[1] ?? words);
}

/** libauparse takes no note of the record that ends an event. */
function recordsOf(event: EventText): RecordFields[] {
  const records = event.records.filter((record) => record.type !== 1320);
  const cwd = records.find((record) => record.type === 1307);
  const found = cwd === undefined ? null : / cwd=(\S+)/.exec(cwd.body);
  const directory = found?.[1] === undefined ? undefined : decodeUntrusted(found[1]);
  return records.map((record) => new RecordFields(record, directory));
}
