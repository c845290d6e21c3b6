import { posix } from 'node:path';
import { Enrichment } from '../../audit/interpret/enrichment.ts';
import { escapeText, type EscapeMode } from '../../audit/interpret/escape.ts';
import { classOf, interpretValue } from '../../audit/interpret/field-value.ts';
import { decodeHex, untilNul } from '../../audit/interpret/hex.ts';
import type { NameSource } from '../../audit/interpret/names.ts';
import { low32 } from '../../audit/interpret/numbers.ts';
import { machineOfElf, type Machine } from '../../audit/tables/machines.ts';
import { BPF_LSM_ACCESS } from '../../audit/tables/record-types.ts';
import { wordsOf } from '../items/bpf-records.ts';
import { enrichmentOf, type RecordLine } from '../output/event-text.ts';

const AVC = 1400;
const USER_AVC = 1107;
const KEY_SEPARATOR = '\x01';

/** One field of a record, its value as it stands there. */
export interface Field {
  readonly name: string;
  readonly value: string;
}

/**
 * A record taken apart into its fields, as libauparse takes it apart; but values of a BPF decision are whole, with
 * the blanks of `lockdown_reason="use of bpf"` and the colons of `daddr=fe80::`.
 */
export class RecordFields {
  readonly type: number;
  readonly fields: readonly Field[];
  readonly #machine: Machine | undefined;
  readonly #syscall: number;
  readonly #a0: number;
  readonly #a1: number;
  readonly #line: RecordLine;

  readonly #cwd: string | undefined;

  /** @param cwd the working directory of the event, which relative names are put below. */
  constructor(line: RecordLine, cwd?: string) {
    this.type = line.type;
    this.#cwd = cwd;
    this.#line = line;
    this.fields = splitFields(line.type, line.body);
    const number = (name: string, base: 10 | 16): number => {
      const value = this.fields.find((field) => field.name === name)?.value;
      return value === undefined ? 0 : (low32(value, base) ?? 0);
    };
    this.#machine = machineOfElf(number('arch', 16));
    this.#syscall = number('syscall', 10) | 0;
    this.#a0 = number('a0', 16);
    this.#a1 = number('a1', 16);
  }

  /** A field in words. Control characters are escaped. */
  interpret(field: Field, names: NameSource, escape: EscapeMode): string {
    const text = enrichmentOf(this.#line);
    const kind = classOf(this.type, field.name, field.value);
    const value = interpretValue(kind, field.name, field.value, {
      machine: this.#machine,
      syscall: this.#syscall,
      a0: this.#a0,
      a1: this.#a1,
      enrichment: text === '' ? undefined : new Enrichment(text),
      names,
      escape,
    });
    if (kind === 'escaped_file' && this.#cwd !== undefined) return absolute(value, this.#cwd);
    return kind === 'unclassified' ? escapeText(value, escape) : value;
  }
}

function absolute(name: string, cwd: string): string {
  if (!name.startsWith('/')) return posix.normalize(`${cwd}/${name}`);
  return name.includes('..') ? posix.normalize(name) : name;
}

function splitFields(type: number, body: string): Field[] {
  if (type === BPF_LSM_ACCESS) return decisionFields(body);
  const fields: Field[] = [];
  const words = body.split(' ').filter((word) => word !== '');
  for (let i = 0; i < words.length; i += 1) {
    const field = fieldOf(words[i] ?? '');
    if (field === undefined) {
      if (type === AVC || type === USER_AVC) i = avcWords(words, i, fields);
    } else if (field.name === 'key') {
      fields.push(...keysOf(field.value).map((value) => ({ name: 'key', value })));
    } else if (field.name !== '') {
      fields.push(field);
    }
  }
  return fields;
}

/** A decision's values are whole as they stand: blanks in quotes, and the colons at the end of an address. */
function decisionFields(body: string): Field[] {
  return [...wordsOf(body, 0)]
    .map(([name, value]) => ({ name, value }))
    .filter(({ name, value }) => name !== '' && !(name === 'msg' && value.startsWith('audit(')));
}

/** `msg=audit(` is no field, and `msg='op=x` is the field `op`. Undefined for a word that is no field. */
function fieldOf(word: string): Field | undefined {
  const text = word.startsWith("msg='") ? word.slice(5) : word;
  const equals = text.indexOf('=');
  if (equals < 0) return text === word ? undefined : { name: '', value: '' };
  if (word.startsWith('msg=a')) return { name: '', value: '' };
  const name = text.charCodeAt(0) === 0x28 ? text.slice(1, equals) : text.slice(0, equals);
  return { name, value: trimmed(text.slice(equals + 1)) };
}

/** Without the `:`, `,` and `'` that stand behind values, one of each, and without the bracket behind an AVC. */
function trimmed(value: string): string {
  let end = value.length;
  if (value.charCodeAt(end - 1) === 0x3a) end -= 1;
  if (value.charCodeAt(end - 1) === 0x2c) end -= 1;
  if (value.charCodeAt(end - 1) === 0x27) end -= 1;
  const text = end === value.length ? value : value.slice(0, end);
  return text.charCodeAt(end - 1) === 0x29 && text !== '(none)' && text !== '(null)'
    ? text.slice(0, -1)
    : text;
}

function keysOf(value: string): string[] {
  if (value.charCodeAt(0) === 0x22) return [value];
  const decoded = decodeHex(value);
  if (decoded === undefined) return [value];
  if (value.charCodeAt(0) === 0x28) return [decoded];
  return untilNul(decoded)
    .split(KEY_SEPARATOR)
    .filter((key) => key !== '')
    .map((key) => `"${key}"`);
}

/** An AVC has bare words, which get names: `avc: denied { read write } for`. */
function avcWords(words: readonly string[], at: number, fields: Field[]): number {
  const word = words[at] ?? '';
  if (word === 'denied' || word === 'granted') {
    fields.push({ name: 'seresult', value: word });
    return at;
  }
  const offset = fields[0]?.name === 'node' ? 1 : 0;
  if (fields.length === 1 + offset) {
    if (!word.startsWith('avc')) fields.push({ name: 'seresult', value: word });
    return at;
  }
  if (fields.length !== 2 + offset || word !== '{') return at;
  let end = at + 1;
  while (end < words.length && words[end] !== '}') end += 1;
  fields.push({ name: 'seperms', value: words.slice(at + 1, end).join(',') });
  return end;
}
