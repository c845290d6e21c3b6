import { MODE } from '../abi/abi.ts';
import { Attachment } from '../bpf/attachment.ts';
import { updateMap } from '../bpf/map-entries.ts';
import { pinObject, openPinned } from '../bpf/pins.ts';
import type { PathVia } from '../bpf/path-via.ts';
import { PolicyObject } from '../bpf/policy-object.ts';
import type { SharedMaps } from '../bpf/shared-maps.ts';
import { bootNs } from '../sys/clock.ts';
import { ResourceStack } from '../sys/resource-stack.ts';
import { checkObject, type MapContent } from './check-object.ts';
import { machineIdentities } from './identities.ts';
import { withoutGate } from './policy-errors.ts';
import type { PolicyRecord } from './policy-record.ts';
import { ManifestError, type PolicySource } from './policy-source.ts';
import type { PinnedGeneration, PolicyStore } from './policy-store.ts';

/** What a generation is attached with. */
export interface AttachContext {
  readonly store: PolicyStore;
  readonly maps: SharedMaps;
  /** How paths are rendered; undefined: the best way. */
  readonly via: PathVia | undefined;
}

/**
 * Loads, fills, attaches and pins one generation, all or nothing. Its programs do not act before they have their
 * turn, unless they have no gate.
 *
 * @param old - the generation before, whose maps are kept where the manifest says so
 */
export function attachGeneration(
  context: AttachContext,
  source: PolicySource,
  place: PinnedGeneration,
  old?: PolicyRecord,
): PolicyRecord {
  using resources = new ResourceStack();
  const policy = resources.use(PolicyObject.open(source.objectPath));
  const plain = policy.programs.find(({ gated }) => !gated);
  if (old && plain) throw withoutGate(place.name, plain.name, 'new');
  const contents = checkedContents(source, policy);
  const { store } = context;
  store.begin(place, source);
  try {
    return attach(context, source, place, { policy, contents, old, resources });
  } catch (error) {
    store.remove(place);
    throw error;
  }
}

/** @throws {ManifestError} `E_MANIFEST` if manifest and object do not fit */
export function checkedContents(source: PolicySource, policy: PolicyObject): readonly MapContent[] {
  const facts = { programs: policy.programs, maps: policy.maps() };
  const { problems, contents } = checkObject(source.manifest, facts, machineIdentities);
  const [first, ...more] = problems;
  if (first) throw new ManifestError(source.manifestPath ?? source.objectPath, [first, ...more]);
  return contents;
}

function attach(
  { store, maps, via }: AttachContext,
  source: PolicySource,
  place: PinnedGeneration,
  parts: {
    readonly policy: PolicyObject;
    readonly contents: readonly MapContent[];
    readonly old: PolicyRecord | undefined;
    readonly resources: ResourceStack;
  },
): PolicyRecord {
  const { manifest } = source;
  const { policy, resources } = parts;
  const mode = manifest.mode === 'monitor' ? MODE.MONITOR : MODE.ENFORCE;
  policy.load(maps, {
    ...(via === undefined ? {} : { via }),
    identity: { policy: place.index, generation: place.generation, mode },
    reuse: keptMaps(store, source, parts.old, resources),
  });
  const own = policy.maps();
  fill(own, parts.contents);
  const label = { policy: manifest.name, version: manifest.version, generation: place.generation, mode };
  const attachment = resources.use(new Attachment(policy, maps, policy.programs, label));
  attachment.pin((program) => store.linkPath(place, program));
  for (const { name, fd } of own) pinObject(fd, store.mapPath(place, name));
  const record = recordOf(source, place, policy, attachment);
  store.write(record);
  return record;
}

function fill(maps: ReturnType<PolicyObject['maps']>, contents: readonly MapContent[]): void {
  for (const { map, entries } of contents) {
    const fd = maps.find(({ name }) => name === map)!.fd;
    for (const [key, value] of entries) updateMap(fd, key, value);
  }
}

function recordOf(
  { manifest, origin, sha256 }: PolicySource,
  place: PinnedGeneration,
  policy: PolicyObject,
  attachment: Attachment,
): PolicyRecord {
  const gated = new Map(policy.programs.map((program) => [program.name, program.gated]));
  return {
    ...place,
    version: manifest.version,
    author: manifest.author,
    description: manifest.description,
    mode: manifest.mode,
    order: manifest.order,
    source: origin,
    object: manifest.object,
    sha256,
    attachedNs: bootNs(),
    programs: attachment.programs.map(({ name, hook, kind, id, tag }) => ({
      name,
      hook,
      kind,
      id,
      tag,
      gated: gated.get(name) ?? false,
    })),
    maps: policy.maps().map(({ name }) => name),
  };
}

/** Maps of the old generation that the new one goes on with. */
function keptMaps(
  store: PolicyStore,
  { manifest }: PolicySource,
  old: PolicyRecord | undefined,
  resources: ResourceStack,
): ReadonlyMap<string, number> {
  const kept = new Map<string, number>();
  for (const { name, keep } of manifest.maps) {
    if (!keep || !old?.maps.includes(name)) continue;
    const map = openPinned(store.mapPath(old, name));
    if (map) kept.set(name, resources.use(map).fd);
  }
  return kept;
}
