import { join } from 'node:path';
import { SIZE } from '../abi/abi.ts';
import { Descriptor } from '../sys/descriptor.ts';
import { libbpfNumber } from '../sys/libbpf.ts';
import { SystemError } from '../sys/system-error.ts';

/** `BPF_MAP_TYPE_HASH`, include/uapi/linux/bpf.h */
const HASH = 1;
const REPORTED = 'bpf_audit_reported';
const MAX_FOREIGN = 4096;
const TOLD = 'bpf_audit_told';
const MAX_BUCKETS = 16_384;
const EEXIST = 17;

/** The value of a key, nothing if the map has no such key. */
export function lookUpMap(fd: number, key: Buffer, valueSize: number): Buffer | undefined {
  const value = Buffer.alloc(valueSize);
  const error = libbpfNumber('int bpf_map_lookup_elem(int, const void *, void *)', fd, key, value);
  return error < 0 ? undefined : value;
}

/**
 * Sets the value of a key.
 *
 * @throws {SystemError} `E_MAPS`
 */
export function updateMap(fd: number, key: Buffer, value: Buffer): void {
  const error = libbpfNumber(
    'int bpf_map_update_elem(int, const void *, const void *, uint64_t)',
    fd,
    key,
    value,
    0,
  );
  if (error < 0) throw new SystemError('write to a map', -error, { code: 'E_MAPS', hint: 'run as root' });
}

/** All keys of a hash map. */
export function mapKeys(fd: number, keySize: number): Buffer[] {
  const keys: Buffer[] = [];
  let last: Buffer | null = null;
  for (;;) {
    const next = Buffer.alloc(keySize);
    if (libbpfNumber('int bpf_map_get_next_key(int, const void *, void *)', fd, last, next) < 0) return keys;
    keys.push(next);
    last = next;
  }
}

/**
 * The map that says which losses of somebody else's programs are written down: the counters of these are in
 * a hash, where user space cannot change one number without disturbing the others.
 *
 * @throws {SystemError} `E_MAPS`
 */
export function reportedMap(pinRoot: string): Descriptor {
  return readersMap(pinRoot, REPORTED, SIZE.foreign_key, MAX_FOREIGN);
}

/**
 * The same for what rate limits have suppressed, by bucket.
 *
 * @throws {SystemError} `E_MAPS`
 */
export function toldMap(pinRoot: string): Descriptor {
  return readersMap(pinRoot, TOLD, SIZE.bucket_key, MAX_BUCKETS);
}

/** A hash of 64-bit numbers, pinned beside the shared maps; only readers use it. */
function readersMap(pinRoot: string, name: string, keySize: number, entries: number): Descriptor {
  const path = join(pinRoot, name);
  const there = libbpfNumber('int bpf_obj_get(const char *)', path);
  if (there >= 0) return new Descriptor(there, name);
  const made = libbpfNumber(
    'int bpf_map_create(int, const char *, uint32_t, uint32_t, uint32_t, const void *)',
    HASH,
    name.slice(0, 15),
    keySize,
    8,
    entries,
    null,
  );
  if (made < 0) throw mapError(name, made);
  const error = libbpfNumber('int bpf_obj_pin(int, const char *)', made, path);
  const descriptor = new Descriptor(made, name);
  if (error === 0) return descriptor;
  descriptor[Symbol.dispose]();
  if (error === -EEXIST) return readersMap(pinRoot, name, keySize, entries);
  throw mapError(name, error);
}

function mapError(name: string, error: number): SystemError {
  return new SystemError(`make the map ${name}`, -error, {
    code: 'E_MAPS',
    hint: 'run as root, or with CAP_BPF',
  });
}
