import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Descriptor } from '../sys/descriptor.ts';
import { libbpfNumber } from '../sys/libbpf.ts';
import { Mapping, pageSize } from '../sys/memory.ts';
import { SystemError } from '../sys/system-error.ts';
import { mapInfo } from './info.ts';
import type { SharedMaps } from './shared-maps.ts';

/** `BPF_MAP_TYPE_ARRAY` and `BPF_F_MMAPABLE`, include/uapi/linux/bpf.h */
const ARRAY = 2;
const MMAPABLE = 1 << 10;
/** `struct bpf_map_create_opts` of bpf/bpf.h, up to `map_ifindex`. */
const OPTIONS = { size: 48, map_flags: 28 } as const;
const NAME = 'bpf_audit_written';
/** Words before those that are for the reader; the first is the id of the ring that they are about. */
const HEAD = 2;

/**
 * Memory that outlives the reader, pinned beside the shared maps: what it has written of the ring. Only readers
 * use it. It is made anew when the ring was.
 *
 * Minimum kernel 5.5 (arrays that can be mapped).
 */
export class WrittenMap implements Disposable {
  /** As many words as were asked for; zero at first. */
  readonly words: Uint32Array;
  readonly #map: Descriptor;
  readonly #mapping: Mapping;

  /**
   * @param words - an even number
   * @throws {SystemError} `E_MAPS`, `E_MAP`
   */
  constructor(maps: SharedMaps, words: number) {
    const path = join(maps.pinRoot, NAME);
    const entries = (words + HEAD) / 2;
    this.#map = openOf(path, entries) ?? make(path, entries);
    const length = Math.ceil((entries * 8) / pageSize()) * pageSize();
    try {
      this.#mapping = new Mapping(this.#map.fd, length, 0, true, NAME);
    } catch (error) {
      this.#map[Symbol.dispose]();
      throw error;
    }
    this.words = new Uint32Array(this.#mapping.buffer, HEAD * 4, words);
    const [ring] = new Uint32Array(this.#mapping.buffer, 0, 1);
    const now = mapInfo(maps.fd('bpf_audit_ring')).id;
    if (ring === now) return;
    this.words.fill(0);
    new Uint32Array(this.#mapping.buffer, 0, 1)[0] = now;
  }

  [Symbol.dispose](): void {
    this.#mapping[Symbol.dispose]();
    this.#map[Symbol.dispose]();
  }
}

/** The pinned map, if it is of the right size; one of another ring is removed. */
function openOf(path: string, entries: number): Descriptor | undefined {
  const fd = libbpfNumber('int bpf_obj_get(const char *)', path);
  if (fd < 0) return undefined;
  const map = new Descriptor(fd, NAME);
  const { maxEntries, valueSize } = mapInfo(fd);
  if (maxEntries === entries && valueSize === 8) return map;
  map[Symbol.dispose]();
  rmSync(path);
  return undefined;
}

function make(path: string, entries: number): Descriptor {
  const options = Buffer.alloc(OPTIONS.size);
  options.writeBigUInt64LE(BigInt(OPTIONS.size), 0);
  options.writeUInt32LE(MMAPABLE, OPTIONS.map_flags);
  const fd = libbpfNumber(
    'int bpf_map_create(int, const char *, uint32_t, uint32_t, uint32_t, const void *)',
    ARRAY,
    NAME.slice(0, 15),
    4,
    8,
    entries,
    options,
  );
  if (fd < 0) throw mapError(fd);
  const map = new Descriptor(fd, NAME);
  const error = libbpfNumber('int bpf_obj_pin(int, const char *)', fd, path);
  if (error === 0) return map;
  map[Symbol.dispose]();
  throw mapError(error);
}

function mapError(error: number): SystemError {
  return new SystemError(`make the map ${NAME}`, -error, {
    code: 'E_MAPS',
    hint: 'run as root, or with CAP_BPF',
  });
}
