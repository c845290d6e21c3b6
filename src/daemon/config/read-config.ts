import { nearMiss } from '../../errors/near-miss.ts';
import { checkTogether } from './check-together.ts';
import type { ConfigProblem } from '../../toml/config-error.ts';
import { ALL_KEYS, SECTION_NAMES, type AnyKey } from './schema.ts';
import type { Settings } from './settings.ts';
import { readToml, type TomlEntry } from '../../toml/toml-entries.ts';

/** A configuration that was read. */
export interface ReadConfig {
  /** Every key; what the file does not set, or sets wrongly, has its default. */
  readonly settings: Settings;
  /** What is wrong; a daemon does not start with any. In the order of the file. */
  readonly problems: readonly ConfigProblem[];
  /** What is allowed, but hardly meant. */
  readonly warnings: readonly ConfigProblem[];
}

/** Reads bpfaudit.toml. Everything that is wrong is found at once, not only the first. */
export function readConfig(text: string): ReadConfig {
  const toml = readToml(text);
  if (!('entries' in toml)) return { settings: defaultSettings(), problems: [toml], warnings: [] };
  const problems: ConfigProblem[] = [];
  const values = new Map<string, unknown>();
  const lines = new Map<string, number>();
  for (const { path, line } of toml.tables) {
    if (path.length !== 1 || !SECTION_NAMES.includes(path[0]!)) problems.push(unknownSection(path, line));
  }
  for (const entry of toml.entries) {
    const name = entry.path.join('.');
    const known = ALL_KEYS.find(({ section, name: key }) => name === `${section}.${key}`);
    if (!known) {
      if (isKnownSection(entry.path)) problems.push(unknownKey(entry));
      continue;
    }
    lines.set(name, entry.line);
    const value = known.key.read(entry.value);
    if (value === undefined) problems.push(wrongValue(known, entry));
    else values.set(name, value);
  }
  const settings = settingsOf(values);
  const together = checkTogether(settings, lines);
  const all = [...problems, ...together.problems].toSorted((a, b) => a.line - b.line);
  return { settings, problems: all, warnings: together.warnings };
}

/** What an empty file means. */
export function defaultSettings(): Settings {
  return settingsOf(new Map());
}

/** Keys that are not in `values` have their default. */
export function settingsOf(values: ReadonlyMap<string, unknown>): Settings {
  const settings: Record<string, Record<string, unknown>> = {};
  for (const { section, name, key } of ALL_KEYS) {
    const full = `${section}.${name}`;
    (settings[section] ??= {})[name] = values.has(full) ? values.get(full) : key.default;
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- ALL_KEYS lists the keys of Settings
  return settings as unknown as Settings;
}

/** A key in no section, or in a section that has been complained about already. */
function isKnownSection(path: readonly string[]): boolean {
  return path.length === 1 || SECTION_NAMES.includes(path[0]!);
}

function unknownSection(path: readonly string[], line: number): ConfigProblem {
  const name = path.join('.');
  const near = nearMiss(name, SECTION_NAMES);
  return {
    line,
    key: `[${name}]`,
    text: `expected one of the sections ${SECTION_NAMES.join(', ')}, found ${JSON.stringify(name)}`,
    ...(near === undefined ? {} : { hint: `did you mean [${near}]?` }),
  };
}

function unknownKey(entry: TomlEntry): ConfigProblem {
  const name = entry.path.at(-1)!;
  const section = entry.path.slice(0, -1).join('.');
  const problem = { line: entry.line, key: entry.path.join('.') };
  const elsewhere = ALL_KEYS.find((key) => key.name === name);
  const where = section === '' ? 'outside of every section' : `in [${section}]`;
  if (elsewhere) {
    return { ...problem, text: `found ${where}`, hint: `it belongs to [${elsewhere.section}]` };
  }
  const here = ALL_KEYS.filter((key) => key.section === section).map((key) => key.name);
  const near = nearMiss(name, [...here, ...ALL_KEYS.map((key) => key.name)]);
  const owner = ALL_KEYS.find((key) => key.name === near && (here.length === 0 || here.includes(key.name)));
  return {
    ...problem,
    text: `no such key ${where}`,
    ...(near === undefined
      ? { hint: 'bpfaudit.toml(5) lists all keys' }
      : {
          hint: `did you mean ${near}${owner && owner.section !== section ? ` in [${owner.section}]` : ''}?`,
        }),
  };
}

function wrongValue({ key }: AnyKey, entry: TomlEntry): ConfigProblem {
  const unit = key.unit === undefined || key.expected.includes(key.unit) ? '' : ` (${key.unit})`;
  const found = entry.source.length > 60 ? `${entry.source.slice(0, 57)}...` : entry.source;
  const hint = hintFor(key.expected, entry);
  return {
    line: entry.line,
    key: entry.path.join('.'),
    text: `expected ${key.expected}${unit}, found ${found.replaceAll(/\s+/g, ' ')}`,
    ...(hint === undefined ? {} : { hint }),
  };
}

function hintFor(expected: string, { value }: TomlEntry): string | undefined {
  if (typeof value !== 'string') return undefined;
  if (expected === 'true or false') {
    if (/^(?:yes|on|true)$/i.test(value)) return 'write true, without quotes';
    if (/^(?:no|off|false)$/i.test(value)) return 'write false, without quotes';
  }
  if (/^a (?:whole number|power)/.test(expected) && /^\d+$/.test(value))
    return 'write numbers without quotes';
  const words = [...expected.matchAll(/"([a-z_]+)[^"]*"/g)].map(([, one]) => one!);
  const near = nearMiss(value, words);
  return near === undefined ? undefined : `did you mean "${near}"?`;
}
