import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { NO_NAMES } from '../../src/audit/interpret/names.ts';
import { recordTypeNumber } from '../../src/audit/tables/record-types.ts';
import { RecordFields } from '../../src/query/normalize/record-fields.ts';
import { recordLine } from '../../src/query/output/event-text.ts';
import { sharedPath, whyNoShared } from '../helpers/shared.ts';

// What other readers of audit logs make of a record, field by field, and what we make of it.
const FIXTURES = path.resolve(import.meta.dirname, '../fixtures/go-libaudit');
const SUCCESS = /^(?:yes|success|1)$/;
const TYPE = /^(?:node=\S+ )?type=(\S+)/;

type Values = Readonly<Record<string, readonly string[]>>;

/** Everything that we say of the fields of a record: as they stand in the log, in words, looked up by auditd. */
function valuesOf(line: string): Values {
  const bytes = Buffer.from(line, 'utf8').toString('latin1');
  const record = new RecordFields(recordLine(recordTypeNumber(TYPE.exec(line)?.[1] ?? '') ?? -1, bytes));
  const found: Record<string, string[]> = {};
  for (const field of record.fields) {
    const words = record.interpret(field, NO_NAMES, 'raw');
    const values = [field.value, words].map((value) => Buffer.from(value, 'latin1').toString('utf8'));
    (found[field.name] ??= []).push(...values);
  }
  return found;
}

/** The same value under the name, or in the form, that the other reader gives it. */
function ownValues(own: Values, name: string): readonly string[] {
  const label = /^(subj|obj)_(user|role|domain|level|category)$/.exec(name);
  if (label !== null) return (own[label[1] ?? ''] ?? []).flatMap((text) => labelPart(text, label[2] ?? ''));
  if (name === 'result')
    return [...(own['success'] ?? []), ...(own['res'] ?? []), ...(own['result'] ?? [])].map((value) =>
      SUCCESS.test(value) ? 'success' : 'fail',
    );
  const socket = /^socket_(family|addr|port)$/.exec(name)?.[1];
  if (socket !== undefined) return (own['saddr'] ?? []).flatMap((text) => socketPart(text, socket));
  const renamed: Readonly<Record<string, string>> = { new_auid: 'auid', old_auid: 'auid' };
  const values = own[name] ?? own[name.replace('_', '-')] ?? own[renamed[name] ?? ''] ?? [];
  // `exit` without the words behind the name of the error, text without its quotes.
  return values.flatMap((value) => [value, value.replace(/\(.*\)$/, ''), value.replace(/^"(.*)"$/, '$1')]);
}

function labelPart(label: string, part: string): string[] {
  const [user = '', role = '', domain = '', level = '', ...category] = label.split(':');
  const parts: Readonly<Record<string, string>> = { user, role, domain, level, category: category.join(':') };
  return [parts[part] ?? ''];
}

/** A part of `{ saddr_fam=inet laddr=127.0.0.1 lport=80 }`. */
function socketPart(words: string, part: string): string[] {
  const names: Readonly<Record<string, string>> = { family: 'saddr_fam', addr: 'laddr', port: 'lport' };
  const value = new RegExp(`${names[part]}=(\\S+)`).exec(words)?.[1];
  return value === undefined ? [] : [value === 'inet' ? 'ipv4' : value];
}

interface GoRecord {
  readonly record_type: string;
  readonly raw_msg: string;
  readonly data?: Readonly<Record<string, string>>;
}

describe('go-libaudit reads the same values', () => {
  const files = readdirSync(FIXTURES).filter((file) => file.endsWith('.log.golden'));

  test.each(files)('%s', (file) => {
    const records: GoRecord[] = JSON.parse(readFileSync(path.join(FIXTURES, file), 'utf8'));
    const wrong: string[] = [];
    let compared = 0;
    for (const { record_type: type, raw_msg: message, data = {} } of records) {
      const own = valuesOf(`type=${type.toUpperCase()} msg=${message}`);
      for (const [name, value] of Object.entries(data)) {
        compared += 1;
        if (!ownValues(own, name).includes(value))
          wrong.push(`${type} ${name}: ${value}, ours ${(own[name] ?? []).join(' ')}`);
      }
    }
    expect(compared).toBeGreaterThan(5);
    expect(wrong).toEqual([]);
  });
});

interface Coalesced {
  readonly test_name: string;
  readonly event: {
    readonly data?: Readonly<Record<string, string>>;
    readonly paths?: readonly Readonly<Record<string, string>>[];
    readonly user?: { readonly ids?: Readonly<Record<string, string>> };
    readonly process?: Readonly<Record<string, string | readonly string[]>>;
  };
}

/** The lines of each test: `  name: |`, then lines that are indented further. */
function linesByTest(yaml: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  let lines: string[] = [];
  for (const line of yaml.split('\n')) {
    const name = /^ {2}(\S.*?): *[|>]?-?$/.exec(line)?.[1];
    if (name !== undefined) found.set(name.replace(/^(['"])(.*)\1$/, '$2'), (lines = []));
    else if (/^ {4}\S/.test(line)) lines.push(line.trim());
  }
  return found;
}

describe('go-libaudit makes the same of an event', () => {
  const PROCESS: Readonly<Record<string, string>> = { title: 'proctitle', name: 'comm' };

  test.each(readdirSync(FIXTURES).filter((file) => file.endsWith('.json.golden')))('%s', (file) => {
    const tests: Coalesced[] = JSON.parse(readFileSync(path.join(FIXTURES, file), 'utf8'));
    const lines = linesByTest(
      readFileSync(path.join(FIXTURES, file.replace('.json.golden', '.yaml')), 'utf8'),
    );
    const wrong: string[] = [];
    let compared = 0;
    for (const { test_name: name, event } of tests) {
      const records = (lines.get(name) ?? []).map(valuesOf);
      const has = (field: string, value: string): boolean =>
        records.some((own) => ownValues(own, field).includes(value));
      const check = (field: string, value: string): void => {
        compared += 1;
        if (!has(field, value)) wrong.push(`${name} ${field}: ${value}`);
      };
      const { args: _args, ...single } = event.process ?? {};
      const all = [event.data ?? {}, event.user?.ids ?? {}, ...(event.paths ?? [])];
      for (const [field, value] of all.flatMap((values) => Object.entries(values))) check(field, value);
      for (const [field, value] of Object.entries(single))
        if (typeof value === 'string') check(PROCESS[field] ?? field, value);
    }
    expect(compared).toBeGreaterThan(5);
    expect(wrong).toEqual([]);
  });
});

const LAUREL = sharedPath('corpora/laurel/src/testdata');
const skipped = whyNoShared('corpora', 'laurel');

/** laurel puts enrichments beside the fields, in capitals, and the arguments of a call into a list. */
function laurelFields(record: object): [string, string][] {
  return Object.entries(record).flatMap(([name, value]: [string, unknown]): [string, string][] => {
    if (name === 'ARGV' || value === null || name !== name.toLowerCase()) return [];
    return typeof value === 'number' || typeof value === 'string' ? [[name, `${value}`]] : [];
  });
}

describe.skipIf(skipped !== undefined)(
  `laurel reads the same values${skipped === undefined ? '' : ` (${skipped})`}`,
  () => {
    const files = skipped === undefined ? readdirSync(LAUREL).filter((file) => file.endsWith('.json')) : [];

    test.each(files)('%s', (file) => {
      const log = readFileSync(path.join(LAUREL, file.replace('.json', '.txt')), 'utf8').split('\n');
      const wrong: string[] = [];
      let compared = 0;
      for (const text of readFileSync(path.join(LAUREL, file), 'utf8')
        .split('\n')
        .filter((line) => line !== '')) {
        const { ID: id, NODE: _node, ...byType }: Record<string, unknown> = JSON.parse(text);
        for (const [type, value] of Object.entries(byType)) {
          const records: object[] = [value].flat().filter((one): one is object => typeof one === 'object');
          const own = log
            .filter((line) => line.includes(`type=${type} `) && line.includes(`(${String(id)})`))
            .map(valuesOf);
          for (const [i, record] of records.entries()) {
            for (const [name, wanted] of laurelFields(record)) {
              compared += 1;
              // Numbers of laurel carry the mark of their base.
              const forms = [wanted, wanted.replace(/^0[xo]/, '')].map(withoutZeros);
              const values = own[i] === undefined ? [] : ownValues(own[i], name).map(withoutZeros);
              if (!forms.some((form) => values.includes(form)))
                wrong.push(`${type} ${name}: ${wanted}, ours ${values.join(' ')}`);
            }
          }
        }
      }
      expect(compared).toBeGreaterThan(5);
      expect(wrong).toEqual([]);
    });
  },
);

function withoutZeros(text: string): string {
  return text.replace(/^0+(?=[0-9a-f]+$)/, '');
}
