import { BPF_LSM_ACCESS, recordTypeName, stockRecordTypeName } from '../../audit/tables/record-types.ts';
import type { SearchQuery } from './query.ts';

const MIN_NEEDLE = 3;
/** Types that nearly every event has: to look for them narrows nothing down. */
const COMMON_TYPES = new Set([1300, 1302, 1307, 1327]);

/**
 * Byte strings of which each matching event has at least one in its records; undefined if the query has
 * no such strings.
 *
 * Text may be logged as it is or in hexadecimal of either case. A path may be logged in two parts, so only
 * its longest component is looked for.
 */
export function needlesOf(query: SearchQuery): readonly Buffer[] | undefined {
  if (query.eventId !== undefined) return [Buffer.from(`:${query.eventId})`)];
  const { file, exe, comm, key } = query;
  const texts = [file === undefined ? undefined : longestPart(file), exe, comm, key]
    .filter((text) => text !== undefined && text.length >= MIN_NEEDLE && text !== '(null)')
    .sort((a, b) => (b?.length ?? 0) - (a?.length ?? 0));
  const text = texts[0];
  if (text !== undefined) return textNeedles(text);
  if (query.bpf !== undefined) return typeNeedles(BPF_LSM_ACCESS);
  if (query.types !== undefined && query.typesInverted !== true) {
    return query.types.some((type) => COMMON_TYPES.has(type)) ? undefined : query.types.flatMap(typeNeedles);
  }
  return query.pid === undefined ? undefined : [Buffer.from(`pid=${query.pid}`)];
}

/** Types of which each matching event has a record; undefined if the query asks for none. */
export function neededTypes(query: SearchQuery): readonly number[] | undefined {
  if (query.bpf !== undefined) return [BPF_LSM_ACCESS];
  return query.typesInverted === true ? undefined : query.types;
}

function longestPart(path: string): string {
  return path.split('/').reduce((best, part) => (part.length > best.length ? part : best), '');
}

function textNeedles(text: string): Buffer[] {
  const hex = Buffer.from(text, 'utf8').toString('hex');
  return unique([text, hex.toUpperCase(), hex]);
}

/**
 * A search for bytes is fastest if the first of them is rare, as capitals and brackets are; only the number
 * by itself needs what stands before it.
 */
function typeNeedles(type: number): Buffer[] {
  const names = [recordTypeName(type), stockRecordTypeName(type)];
  return unique([
    ...names.flatMap((name) => (name === undefined ? [] : [`${name} `])),
    `[${type}] `,
    `=${type} `,
  ]);
}

function unique(texts: readonly string[]): Buffer[] {
  return [...new Set(texts)].map((text) => Buffer.from(text, 'utf8'));
}
