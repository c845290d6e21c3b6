import { existsSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BpfauditError } from '../errors/audit-error.ts';
import { Descriptor } from '../sys/descriptor.ts';
import { door } from '../sys/door.ts';
import { errnoName } from '../sys/errno.ts';
import { SystemError } from '../sys/system-error.ts';
import { isNull, libbpf, libbpfNumber, withLibbpfMessages, type Pointer } from '../sys/libbpf.ts';
import { Mapping } from '../sys/memory.ts';
import { mapInfo } from './info.ts';

/** Where libbpf pins by default, and so where policies of other loaders look for the maps. */
export const DEFAULT_PIN_ROOT = '/sys/fs/bpf';

/** `BPF_FS_MAGIC`, include/uapi/linux/magic.h */
const BPF_FS_MAGIC = 0xcafe4a11;

/** Maps that all policies share, by name and path. */
export const SHARED_MAPS = [
  'bpf_audit_ring',
  'bpf_audit_state',
  'bpf_audit_progs',
  'bpf_audit_foreign',
  'bpf_audit_pending',
  'bpf_audit_rules',
  'bpf_audit_buckets',
  'bpf_audit_policies',
  'bpf_audit_notes',
] as const;

/** Name of one of the {@link SHARED_MAPS}. */
export type SharedMapName = (typeof SHARED_MAPS)[number];

/** Path of an object of bpfaudit's own: `core/ring.bpf.o`. */
export function ownObject(name: string): string {
  return fileURLToPath(new URL(`../../.output/bpf/${name}`, import.meta.url));
}

/**
 * The maps that kernel and user space share, pinned so that they outlive every process.
 *
 * Whoever comes first makes them: bpfaudit, or any loader that loads a policy with libbpf.
 */
export class SharedMaps implements Disposable {
  /** Directory of the pins. */
  readonly pinRoot: string;
  /** Size of the ring in bytes. */
  readonly ringSize: number;
  /** `struct bpf_audit_state`, mapped. */
  readonly state: DataView;
  /** All `struct bpf_audit_prog` of attached programs, mapped. */
  readonly programs: DataView;
  /** Both `struct bpf_audit_rules`, mapped; which is in force stands in {@link state}. */
  readonly rules: DataView;
  /** All `struct bpf_audit_policy`, mapped: whose turn it is. */
  readonly policies: DataView;
  readonly #descriptors: ReadonlyMap<SharedMapName, Descriptor>;
  readonly #mappings: Mapping[] = [];

  private constructor(pinRoot: string, descriptors: ReadonlyMap<SharedMapName, Descriptor>) {
    this.pinRoot = pinRoot;
    this.#descriptors = descriptors;
    this.ringSize = mapInfo(this.fd('bpf_audit_ring')).maxEntries;
    this.state = this.#map('bpf_audit_state');
    this.programs = this.#map('bpf_audit_progs');
    this.rules = this.#map('bpf_audit_rules');
    this.policies = this.#map('bpf_audit_policies');
  }

  /**
   * Opens the pinned maps, and makes those that are missing.
   *
   * @param options.pinRoot - directory on a bpffs; @default {@link DEFAULT_PIN_ROOT}
   * @param options.ringSize - bytes, a power of two; used only if the ring has to be made. Policies of other
   * loaders must be compiled with the same `BPF_AUDIT_RING_SIZE`. @default 16 MiB
   * @throws {BpfauditError} `E_BPFFS` if there is no bpffs, `E_MAPS` if they cannot be made
   */
  static open(options: { pinRoot?: string; ringSize?: number } = {}): SharedMaps {
    const pinRoot = options.pinRoot ?? DEFAULT_PIN_ROOT;
    requireBpffs(pinRoot);
    if (SHARED_MAPS.some((name) => !existsSync(join(pinRoot, name)))) makeMaps(pinRoot, options.ringSize);
    const descriptors = new Map<SharedMapName, Descriptor>();
    try {
      for (const name of SHARED_MAPS) descriptors.set(name, openPin(join(pinRoot, name), name));
      return new SharedMaps(pinRoot, descriptors);
    } catch (error) {
      for (const descriptor of descriptors.values()) descriptor[Symbol.dispose]();
      throw error;
    }
  }

  /** Descriptor of a map; stays this object's. */
  fd(name: SharedMapName): number {
    return this.#descriptors.get(name)!.fd;
  }

  [Symbol.dispose](): void {
    for (const mapping of this.#mappings) mapping[Symbol.dispose]();
    for (const descriptor of this.#descriptors.values()) descriptor[Symbol.dispose]();
  }

  #map(name: SharedMapName): DataView {
    const info = mapInfo(this.fd(name));
    const length = Math.ceil((info.valueSize * info.maxEntries) / 4096) * 4096;
    const mapping = new Mapping(this.fd(name), length, 0, true, name);
    this.#mappings.push(mapping);
    return new DataView(mapping.buffer);
  }
}

function requireBpffs(pinRoot: string): void {
  let type: number | undefined;
  try {
    type = statfsSync(pinRoot).type;
  } catch {
    // reported below
  }
  if (type === undefined || type >>> 0 !== BPF_FS_MAGIC) {
    throw new BpfauditError(`pin maps: no bpffs at ${pinRoot}`, {
      code: 'E_BPFFS',
      hint: `mount -t bpf bpf ${DEFAULT_PIN_ROOT}`,
    });
  }
}

function openPin(path: string, name: string): Descriptor {
  const fd = libbpfNumber('int bpf_obj_get(const char *)', path);
  if (fd < 0) {
    throw new SystemError(`open pinned map ${path}`, -fd, {
      code: 'E_MAPS',
      hint: 'run as root, or with CAP_BPF and read access to the pin',
    });
  }
  return new Descriptor(fd, `map ${name}`);
}

/** Loads the object that declares the maps and nothing else; libbpf pins what is missing. */
function makeMaps(pinRoot: string, ringSize: number | undefined): void {
  const messages: string[] = [];
  withLibbpfMessages(
    (level, message) => level === 'warn' && messages.push(message),
    () => {
      const path = ownObject('core/ring.bpf.o');
      const object: Pointer = libbpf('void *bpf_object__open_file(const char *, const void *)', path, null);
      if (isNull(object)) {
        throw new SystemError(`open ${path}`, door().errno(), { code: 'E_MAPS', hint: 'run npm run build' });
      }
      try {
        for (const name of SHARED_MAPS) prepareMap(object, name, pinRoot, ringSize);
        const error = libbpfNumber('int bpf_object__load(void *)', object);
        if (error < 0) {
          throw new SystemError('make the shared maps', -error, {
            code: 'E_MAPS',
            hint: whyNoMaps(-error, messages, pinRoot),
            cause: messages.join('\n'),
          });
        }
      } finally {
        libbpf('void bpf_object__close(void *)', object);
      }
    },
  );
}

function whyNoMaps(errno: number, messages: readonly string[], pinRoot: string): string {
  if (messages.some((message) => message.includes('mismatch')))
    return `maps of another version are pinned in ${pinRoot}: detach their policies and remove the pins`;
  if (errnoName(errno) === 'EROFS')
    return `${pinRoot} must be writable; in a service of systemd: ReadWritePaths=, without ProtectKernelTunables=`;
  return 'run as root, or with CAP_BPF, CAP_PERFMON and CAP_SYS_ADMIN';
}

function prepareMap(
  object: Pointer,
  name: SharedMapName,
  pinRoot: string,
  ringSize: number | undefined,
): void {
  const map: Pointer = libbpf('void *bpf_object__find_map_by_name(const void *, const char *)', object, name);
  libbpf('int bpf_map__set_pin_path(void *, const char *)', map, join(pinRoot, name));
  if (name === 'bpf_audit_ring' && ringSize !== undefined) {
    libbpf('int bpf_map__set_max_entries(void *, uint32_t)', map, ringSize);
  }
}
