import { join } from 'node:path';
import { SIZE } from '../abi/abi.ts';
import { Descriptor } from '../sys/descriptor.ts';
import { libbpfNumber } from '../sys/libbpf.ts';
import { SystemError } from '../sys/system-error.ts';

/** `BPF_MAP_TYPE_HASH`, include/uapi/linux/bpf.h */
const HASH = 1;
const REPORTED = 'bpf_audit_reported';
const MAX_FOREIGN = 4096;
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
 * a hash, where user space cannot change one number without disturbing the others. Pinned beside the shared
 * maps; only readers use it.
 *
 * @throws {SystemError} `E_MAPS`
 */
export function reportedMap(pinRoot: string): Descriptor {
  const path = join(pinRoot, REPORTED);
  const there = libbpfNumber('int bpf_obj_get(const char *)', path);
  if (there >= 0) return new Descriptor(there, REPORTED);
  const made = libbpfNumber(
    'int bpf_map_create(int, const char *, uint32_t, uint32_t, uint32_t, const void *)',
    HASH,
    REPORTED.slice(0, 15),
    SIZE.foreign_key,
    8,
    MAX_FOREIGN,
    null,
  );
  if (made < 0) throw mapError(made);
  const error = libbpfNumber('int bpf_obj_pin(int, const char *)', made, path);
  const descriptor = new Descriptor(made, REPORTED);
  if (error === 0) return descriptor;
  descriptor[Symbol.dispose]();
  if (error === -EEXIST) return reportedMap(pinRoot);
  throw mapError(error);
}

function mapError(error: number): SystemError {
  return new SystemError(`make the map ${REPORTED}`, -error, {
    code: 'E_MAPS',
    hint: 'run as root, or with CAP_BPF',
  });
}
