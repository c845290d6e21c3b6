import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { ECS_VERSION, ecsEvent } from '../../src/query/output/ecs.ts';
import { OCSF_VERSION, ocsfEvent } from '../../src/query/output/ocsf.ts';
import type { EventText } from '../../src/query/output/event-text.ts';
import { search } from '../../src/query/search/search-api.ts';
import { ORACLE_LOCAL } from '../helpers/oracle-names.ts';
import { sharedPath, whyNoShared } from '../helpers/shared.ts';

const FIXTURES = path.resolve(import.meta.dirname, '../fixtures');
const PACKAGE = path.resolve(import.meta.dirname, '../../node_modules/@elastic/ecs');
const names = ORACLE_LOCAL.names;

async function eventsOf(...logs: readonly string[]): Promise<EventText[]> {
  const found: EventText[] = [];
  for await (const event of search({ paths: logs })) found.push(event);
  return found;
}

/** The paths of all values of an object: `process.parent.pid`. */
function pathsOf(value: object, above = ''): string[] {
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]) => {
    const own = above === '' ? name : `${above}.${name}`;
    return typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? pathsOf(inner, own) : [own];
  });
}

/** The names of all fields of the schema, as the published types have them. */
const ecsFields = new Set(
  [
    ...readFileSync(path.join(PACKAGE, 'generated/ecs_flat.ts'), 'utf8').matchAll(/^ {2}'?([@\w.]+)'?\??:/gm),
  ].map(([, name = '']) => name),
);

function isEcsField(field: string): boolean {
  // Labels are the place for what the schema has no name for: any name, one level deep.
  return ecsFields.has(field) || /^labels\.\w+$/.test(field);
}

const LOGS = [
  path.join(FIXTURES, 'audit/bpf-lsm-kernel-7.2.log'),
  path.join(FIXTURES, 'go-libaudit/audit-rhel6.log'),
  path.join(FIXTURES, 'go-libaudit/audit-ubuntu16.log'),
  path.join(FIXTURES, 'plugin/enriched.log'),
];

describe('--ecs', () => {
  test('is made for the version whose types are installed', () => {
    const { version }: { version: string } = JSON.parse(
      readFileSync(path.join(PACKAGE, 'package.json'), 'utf8'),
    );
    expect(ECS_VERSION).toBe(version);
  });

  test('has only fields of the published schema', async () => {
    const fields = (await eventsOf(...LOGS)).flatMap((event) => pathsOf(ecsEvent(event, names)));
    expect(fields.length).toBeGreaterThan(500);
    expect([...new Set(fields)].filter((field) => !isEcsField(field)).sort()).toEqual([]);
  });

  test('says what a decision was about', async () => {
    const [event] = await eventsOf(...LOGS.slice(0, 1));
    expect(event && ecsEvent(event, names)).toMatchObject({
      '@timestamp': '2026-11-20T05:21:27.065Z',
      event: { kind: 'event', sequence: 123, category: ['file'], action: 'openat' },
      process: { name: 'orc', executable: '/golden' },
    });
  });
});

interface Schema {
  readonly classes: Readonly<Record<string, { readonly required: string[]; readonly others: string[] }>>;
  readonly base: readonly string[];
  readonly objects: Readonly<Record<string, readonly string[]>>;
}

/** Objects whose members the schema leaves open. */
const OPEN = new Set(['unmapped']);

function unknownNames(schema: Schema, object: object, allowed: readonly string[], at: string): string[] {
  return Object.entries(object).flatMap(([name, value]: [string, unknown]) => {
    if (!allowed.includes(name)) return [`${at}.${name}`];
    if (OPEN.has(name) || typeof value !== 'object' || value === null) return [];
    return unknownNames(schema, value, schema.objects[name] ?? [], `${at}.${name}`);
  });
}

describe('--ocsf', () => {
  const file = path.join(FIXTURES, `schemas/ocsf-${OCSF_VERSION}.json`);
  const schema: Schema = JSON.parse(readFileSync(file, 'utf8'));

  test.skipIf(whyNoShared('corpora') !== undefined)(
    `events of other projects' logs have only names of the schema (${whyNoShared('corpora') ?? 'all there'})`,
    async () => {
      const log = sharedPath('corpora/audit-userspace/auparse/test/test.log');
      for (const event of await eventsOf(log)) expectValid(ocsfEvent(event, names));
    },
  );

  function expectValid(event: Readonly<Record<string, unknown>>): void {
    const uid = String(event['class_uid']);
    const known = schema.classes[uid];
    expect(known).toBeDefined();
    const { required = [], others = [] } = known ?? {};
    expect(required.filter((name) => event[name] === undefined)).toEqual([]);
    expect(unknownNames(schema, event, [...required, ...others, ...schema.base], uid)).toEqual([]);
    expect(event['type_uid']).toBe(Number(uid) * 100 + Number(event['activity_id']));
  }

  test('has only names of the schema, and all that a class requires', async () => {
    const events = await eventsOf(...LOGS);
    const classes = new Set<unknown>();
    for (const event of events) {
      const made = ocsfEvent(event, names);
      classes.add(made['class_uid']);
      expectValid(made);
    }
    expect(classes.size).toBeGreaterThan(2);
  });
});
