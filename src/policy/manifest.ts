import { nearMiss } from '../errors/near-miss.ts';
import type { ConfigProblem } from '../toml/config-error.ts';
import { readToml, type TomlEntry, type TomlValue } from '../toml/toml-entries.ts';

/** Whether a policy denies, or only says what it would have denied. */
export type PolicyMode = 'enforce' | 'monitor';

/** A key or a value of a map as the manifest has it: `7`, `"chromium"`, `"hex:00ff"`, `"cgroup:/sys/fs/cgroup/a"`. */
export type MapScalar = string | number;

/** What the manifest says about one map of the object. */
export interface ManifestMap {
  readonly name: string;
  /** Keep the map of the generation before at an upgrade; @default false */
  readonly keep: boolean;
  /** Keys with their values; without a value the first byte is 1. */
  readonly entries: readonly (readonly [key: MapScalar, value: MapScalar | undefined])[];
  readonly line: number;
}

/** What a policy says of itself: the file policy.toml beside its object. */
export interface Manifest {
  readonly name: string;
  /** Undefined only for an object without a manifest. */
  readonly version: string | undefined;
  readonly author: string | undefined;
  readonly description: string | undefined;
  /** File name of the object, relative to the manifest. */
  readonly object: string;
  readonly mode: PolicyMode;
  /** Which policy of a hook runs first: the lower number. */
  readonly order: number;
  /** Hooks of its programs; undefined for an object without a manifest. */
  readonly hooks: readonly string[] | undefined;
  readonly maps: readonly ManifestMap[];
  /** Line of each key that was set, from 1. */
  readonly lines: ReadonlyMap<string, number>;
}

/** What was read from a manifest. */
export interface ReadManifest {
  /** Undefined if there is any problem. */
  readonly manifest: Manifest | undefined;
  /** In the order of the file. */
  readonly problems: readonly ConfigProblem[];
}

/** Order of a policy that names none. */
export const DEFAULT_ORDER = 50;
const MAX_ORDER = 999;

/** Dots are not allowed in names on a bpffs; 31 bytes fit into a slot beside the version. */
const NAME = /^[a-z][a-z0-9_-]{0,30}$/;
const VERSION = /^[A-Za-z0-9][A-Za-z0-9.+_~-]{0,14}$/;
/** What can be shown in one line without doing any harm. */
const TEXT = /^[^\p{C}\u2028\u2029]{1,200}$/u;
const FILE = /^[^\p{C}/]{1,200}$/u;
const HOOK = /^[a-z][a-z0-9_]{1,60}$/;
const MAP_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,60}$/;

interface Field {
  readonly expected: string;
  readonly required?: boolean;
  read(value: TomlValue): unknown;
}

const text = (pattern: RegExp, expected: string, required = false): Field => ({
  expected,
  required,
  read: (value) => (typeof value === 'string' && pattern.test(value) ? value : undefined),
});

const FIELDS: Readonly<Record<string, Field>> = {
  name: text(NAME, 'a name of a-z, 0-9, "_" and "-", up to 31 characters, a letter first', true),
  version: text(VERSION, 'a version such as "1.2.0", up to 15 characters', true),
  author: text(TEXT, 'one line of text', true),
  description: text(TEXT, 'one line of text'),
  object: text(FILE, 'the name of a file beside the manifest', true),
  mode: text(/^(?:enforce|monitor)$/, '"enforce" or "monitor"'),
  order: {
    expected: `a whole number from 0 to ${MAX_ORDER}`,
    read: (value) =>
      typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_ORDER
        ? value
        : undefined,
  },
  hooks: {
    expected: 'a list of hooks such as ["file_open", "userns_create"]',
    required: true,
    read: (value) => listOf(value, (item) => typeof item === 'string' && HOOK.test(item), 1),
  },
};

const MAP_FIELDS: Readonly<Record<string, Field>> = {
  keys: {
    expected: 'a list of keys such as ["chromium", 7, "hex:00ff", "cgroup:/sys/fs/cgroup/a.slice"]',
    read: (value) => listOf(value, isScalar, 0),
  },
  entries: {
    expected: 'a list of pairs such as [["chromium", 1]]',
    read: (value) =>
      listOf(value, (item) => Array.isArray(item) && item.length === 2 && item.every(isScalar), 0),
  },
  keep: {
    expected: 'true or false',
    read: (value) => (typeof value === 'boolean' ? value : undefined),
  },
};

function isScalar(value: TomlValue): boolean {
  return typeof value === 'string' || (typeof value === 'number' && Number.isSafeInteger(value));
}

function listOf(value: TomlValue, test: (item: TomlValue) => boolean, least: number): unknown {
  return Array.isArray(value) && value.length >= least && value.every(test) ? value : undefined;
}

/** Reads a manifest. All that is wrong is found at once. Pure. */
export function readManifest(source: string): ReadManifest {
  const toml = readToml(source);
  if (!('entries' in toml)) return { manifest: undefined, problems: [toml] };
  const reader = new ManifestReader();
  for (const { path, line } of toml.tables) reader.table(path, line);
  for (const entry of toml.entries) reader.entry(entry);
  return reader.finish();
}

class ManifestReader {
  readonly #problems: ConfigProblem[] = [];
  readonly #values = new Map<string, unknown>();
  readonly #lines = new Map<string, number>();
  readonly #maps = new Map<string, { line: number; values: Map<string, unknown> }>();

  table(path: readonly string[], line: number): void {
    const [room, name, ...rest] = path;
    if (room === 'maps' && name !== undefined && rest.length === 0 && MAP_NAME.test(name)) {
      this.#map(name, line);
      return;
    }
    this.#problems.push({
      line,
      key: `[${path.join('.')}]`,
      text: 'expected [maps.NAME], with the name of a map of the object',
    });
  }

  entry(entry: TomlEntry): void {
    const [first = '', name, key, ...rest] = entry.path;
    if (entry.path.length === 1) {
      const value = this.#read(FIELDS, first, entry);
      if (value !== undefined) this.#values.set(first, value);
    } else if (first === 'maps' && name !== undefined && key !== undefined && rest.length === 0) {
      const value = this.#read(MAP_FIELDS, key, entry);
      if (value !== undefined) this.#map(name, entry.line).values.set(key, value);
    } else if (first !== 'maps') {
      this.#problems.push({ line: entry.line, key: entry.path.join('.'), text: 'no such key' });
    }
  }

  finish(): ReadManifest {
    for (const [name, field] of Object.entries(FIELDS)) {
      if (field.required !== true || this.#lines.has(name)) continue;
      this.#problems.push({ line: 0, key: name, text: `expected ${field.expected}, found nothing` });
    }
    const problems = this.#problems.toSorted((a, b) => a.line - b.line);
    return { manifest: problems.length > 0 ? undefined : this.#manifest(), problems };
  }

  #manifest(): Manifest {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- FIELDS has read each of them
    const values = Object.fromEntries(this.#values) as unknown as Partial<Manifest> &
      Pick<Manifest, 'name' | 'object'>;
    return {
      name: values.name,
      version: values.version,
      author: values.author,
      description: values.description,
      object: values.object,
      mode: values.mode ?? 'enforce',
      order: values.order ?? DEFAULT_ORDER,
      hooks: values.hooks,
      maps: [...this.#maps].map(([name, { line, values: map }]) => manifestMap(name, line, map)),
      lines: this.#lines,
    };
  }

  #map(name: string, line: number): { line: number; values: Map<string, unknown> } {
    const known = this.#maps.get(name) ?? { line, values: new Map<string, unknown>() };
    this.#maps.set(name, known);
    return known;
  }

  #read(fields: Readonly<Record<string, Field>>, name: string, entry: TomlEntry): unknown {
    const key = entry.path.join('.');
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (!field) {
      const near = nearMiss(name, Object.keys(fields));
      const hint =
        near === undefined ? `the keys are ${Object.keys(fields).join(', ')}` : `did you mean ${near}?`;
      this.#problems.push({ line: entry.line, key, text: 'no such key', hint });
      return undefined;
    }
    this.#lines.set(key, entry.line);
    const value = field.read(entry.value);
    if (value === undefined) {
      const found = entry.source.replaceAll(/\s+/g, ' ');
      const shown = found.length > 60 ? `${found.slice(0, 57)}...` : found;
      this.#problems.push({ line: entry.line, key, text: `expected ${field.expected}, found ${shown}` });
    }
    return value;
  }
}

function manifestMap(name: string, line: number, values: ReadonlyMap<string, unknown>): ManifestMap {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- MAP_FIELDS has read them
  const {
    keys = [],
    entries = [],
    keep = false,
  } = Object.fromEntries(values) as {
    keys?: readonly MapScalar[];
    entries?: readonly (readonly [MapScalar, MapScalar])[];
    keep?: boolean;
  };
  return { name, line, keep, entries: [...keys.map((key) => [key, undefined] as const), ...entries] };
}
