import type { ObjectMap } from '../bpf/object-maps.ts';
import { nearMiss } from '../errors/near-miss.ts';
import type { ConfigProblem } from '../toml/config-error.ts';
import type { Manifest, ManifestMap } from './manifest.ts';
import { encodeScalar, presentValue, type Identities } from './map-content.ts';

/** What of an object a manifest is compared with. */
export interface ObjectFacts {
  readonly programs: readonly { readonly name: string; readonly hook: string; readonly gated: boolean }[];
  readonly maps: readonly Pick<ObjectMap, 'name' | 'type' | 'keySize' | 'valueSize' | 'maxEntries'>[];
}

/** Entries for one map, as bytes. */
export interface MapContent {
  readonly map: string;
  readonly entries: readonly (readonly [key: Buffer, value: Buffer])[];
}

/** Types of maps that a manifest can fill: hash, array, LRU hash, and their names in `enum bpf_map_type`. */
const FILLABLE = new Set([1, 2, 9]);

/**
 * Compares a manifest with its object: hooks, maps, sizes, and whether monitor mode is possible. Pure but for
 * what `identities` looks up.
 */
export function checkObject(
  manifest: Manifest,
  object: ObjectFacts,
  identities: Identities,
): { readonly problems: ConfigProblem[]; readonly contents: MapContent[] } {
  const problems = [...hookProblems(manifest, object), ...modeProblems(manifest, object)];
  const contents: MapContent[] = [];
  for (const wanted of manifest.maps) {
    const map = object.maps.find(({ name }) => name === wanted.name);
    if (!map) {
      problems.push(noSuchMap(wanted, object));
      continue;
    }
    const entries: [Buffer, Buffer][] = [];
    for (const entry of wanted.entries) {
      const encoded = encodeEntry(wanted, entry, map, identities);
      if ('text' in encoded) problems.push(encoded);
      else entries.push(encoded);
    }
    problems.push(...roomProblems(wanted, map));
    contents.push({ map: map.name, entries });
  }
  return { problems: problems.toSorted((a, b) => a.line - b.line), contents };
}

function hookProblems({ hooks, lines }: Manifest, { programs }: ObjectFacts): ConfigProblem[] {
  if (hooks === undefined) return [];
  const found = [...new Set(programs.map(({ hook }) => hook))].toSorted();
  const expected = [...new Set(hooks)].toSorted();
  if (found.join() === expected.join()) return [];
  const text = `expected the hooks of the object, ${JSON.stringify(found)}, found ${JSON.stringify(expected)}`;
  return [{ line: lines.get('hooks') ?? 0, key: 'hooks', text }];
}

function modeProblems({ mode, lines }: Manifest, { programs }: ObjectFacts): ConfigProblem[] {
  const plain = programs.find(({ gated }) => !gated);
  if (mode !== 'monitor' || !plain) return [];
  return [
    {
      line: lines.get('mode') ?? 0,
      key: 'mode',
      text: `expected programs declared with BPF_AUDIT_POLICY() for "monitor", found ${plain.name} without`,
      hint: 'write BPF_AUDIT_POLICY(name, ...) in the place of BPF_PROG(name, ...), and compile again',
    },
  ];
}

function noSuchMap(wanted: ManifestMap, { maps }: ObjectFacts): ConfigProblem {
  const names = maps.map(({ name }) => name);
  const near = nearMiss(wanted.name, names);
  const known = names.length === 0 ? 'the object has none of its own' : `the object has ${names.join(', ')}`;
  return {
    line: wanted.line,
    key: `maps.${wanted.name}`,
    text: `expected a map of the object, found no such map`,
    hint: near === undefined ? known : `did you mean ${near}?`,
  };
}

function encodeEntry(
  wanted: ManifestMap,
  [key, value]: ManifestMap['entries'][number],
  map: ObjectFacts['maps'][number],
  identities: Identities,
): [Buffer, Buffer] | ConfigProblem {
  const problem = (what: string, expected: string, found: unknown): ConfigProblem => ({
    line: wanted.line,
    key: `maps.${wanted.name}`,
    text: `${what}: expected ${expected}, found ${JSON.stringify(found)}`,
  });
  const keyBytes = encodeScalar(key, map.keySize, identities);
  if ('expected' in keyBytes) return problem('key', keyBytes.expected, key);
  if (value === undefined) return [keyBytes, presentValue(map.valueSize)];
  const valueBytes = encodeScalar(value, map.valueSize, identities);
  return 'expected' in valueBytes
    ? problem(`value of ${JSON.stringify(key)}`, valueBytes.expected, value)
    : [keyBytes, valueBytes];
}

function roomProblems(wanted: ManifestMap, map: ObjectFacts['maps'][number]): ConfigProblem[] {
  const at = { line: wanted.line, key: `maps.${wanted.name}` };
  if (wanted.entries.length > 0 && !FILLABLE.has(map.type)) {
    return [{ ...at, text: `expected a hash or an array to fill, found a map of type ${map.type}` }];
  }
  if (wanted.entries.length <= map.maxEntries) return [];
  return [{ ...at, text: `expected at most ${map.maxEntries} entries, found ${wanted.entries.length}` }];
}
