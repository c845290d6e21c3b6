import type { NameSource } from '../../audit/interpret/names.ts';
import { recordTypeName } from '../../audit/tables/record-types.ts';
import { RecordFields } from '../normalize/record-fields.ts';
import type { EventText } from '../output/event-text.ts';
import { parseWhere, type Comparison, type WhereNode } from './parser.ts';

/** What a name stands for besides itself: the same thing is named differently in different records. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  path: ['path', 'name'],
  file: ['path', 'name', 'cwd'],
  // `hook` itself is netfilter's.
  hook: ['hook', 'lsm-hook'],
};

/** Says of an event whether an expression holds. */
export type WherePredicate = (event: EventText) => boolean;

/**
 * Turns an expression into a predicate over events.
 *
 * A comparison holds if it holds for one of the values of the field, in any record, as it stands in the log
 * or in words; `!=` and `!~` hold if the field is there and no value equals or matches. `type`, `node`,
 * `serial` and `sec` ask the event itself.
 *
 * @throws E_WHERE if the expression cannot be read.
 */
export function wherePredicate(text: string, names: NameSource): WherePredicate {
  const tree = parseWhere(text);
  return (event) => {
    const fields = new EventFields(event, names);
    return holds(tree, fields);
  };
}

function holds(node: WhereNode, fields: EventFields): boolean {
  switch (node.kind) {
    case 'and':
      return holds(node.left, fields) && holds(node.right, fields);
    case 'or':
      return holds(node.left, fields) || holds(node.right, fields);
    case 'not':
      return !holds(node.node, fields);
    case 'has':
      return fields.values(node.field).length > 0;
    default:
      return compares(fields.values(node.field), node.operator, node.value);
  }
}

function compares(values: readonly string[], operator: Comparison, wanted: string): boolean {
  switch (operator) {
    case '==':
      return values.includes(wanted);
    case '!=':
      return values.length > 0 && !values.includes(wanted);
    case '~':
      return values.some((value) => globMatches(wanted, value));
    case '!~':
      return values.length > 0 && !values.some((value) => globMatches(wanted, value));
    default:
      return values.some((value) => ordered(value, operator, Number(wanted)));
  }
}

function ordered(value: string, operator: '<' | '<=' | '>' | '>=', wanted: number): boolean {
  if (!/^-?\d+$/.test(value)) return false;
  const number = Number(value);
  if (operator === '<') return number < wanted;
  if (operator === '<=') return number <= wanted;
  return operator === '>' ? number > wanted : number >= wanted;
}

/** A shell pattern with `*` and `?`, in time that is linear for each star. */
export function globMatches(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let mark = 0;
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p;
      mark = t;
      p += 1;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p += 1;
      t += 1;
    } else if (star >= 0) {
      p = star + 1;
      mark += 1;
      t = mark;
    } else return false;
  }
  while (pattern[p] === '*') p += 1;
  return p === pattern.length;
}

/** The values of an event by the name of their field. */
class EventFields {
  readonly #event: EventText;
  readonly #names: NameSource;
  readonly #values = new Map<string, string[]>();
  #records: readonly RecordFields[] | undefined;

  constructor(event: EventText, names: NameSource) {
    this.#event = event;
    this.#names = names;
  }

  values(name: string): readonly string[] {
    const known = this.#values.get(name);
    if (known !== undefined) return known;
    const values =
      this.#ofEvent(name) ?? (ALIASES[name] ?? [name]).flatMap((field) => this.#ofRecords(field));
    this.#values.set(name, values);
    return values;
  }

  #ofEvent(name: string): string[] | undefined {
    const event = this.#event;
    switch (name) {
      case 'type':
        return event.records.flatMap((record) => [String(record.type), recordTypeName(record.type) ?? '']);
      case 'node':
        return event.node === null ? [] : [event.node];
      case 'serial':
        return [String(event.serial)];
      case 'sec':
        return [String(event.sec)];
      default:
        return undefined;
    }
  }

  #ofRecords(name: string): string[] {
    this.#records ??= this.#event.records.map((record) => new RecordFields(record));
    return this.#records.flatMap((record) =>
      record.fields
        .filter((field) => field.name === name)
        .flatMap((field) => Array.from(new Set([field.value, record.interpret(field, this.#names, 'raw')]))),
    );
  }
}
