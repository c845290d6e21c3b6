import { SETUP_AT, SIZE } from '../abi/abi.ts';
import { isNull, libbpf, libbpfNumber, type Pointer } from '../sys/libbpf.ts';
import type { PathVia } from './path-via.ts';

/** Which policy a program belongs to: what its gate compares with the shared map. */
export interface Identity {
  /** Index in `bpf_audit_policies`, from 1. */
  readonly policy: number;
  /** From 1. */
  readonly generation: number;
  /** `enum bpf_audit_mode` */
  readonly mode: number;
}

/** Section of `bpf_audit_setup`; libbpf cuts the name of its map to 15 characters. */
const SECTION = '.rodata.bpf_audit';

/** Writes `bpf_audit_setup` into an object that is not loaded yet. */
export function writeSetup(object: Pointer, via: PathVia, identity: Identity | undefined): void {
  const value = Buffer.alloc(SIZE.setup);
  value.writeUInt32LE(via, SETUP_AT.path_via);
  value.writeUInt32LE(identity?.policy ?? 0, SETUP_AT.policy);
  value.writeUInt32LE(identity?.generation ?? 0, SETUP_AT.generation);
  value.writeUInt32LE(identity?.mode ?? 0, SETUP_AT.mode);
  let map: Pointer = null;
  for (;;) {
    map = libbpf('void *bpf_object__next_map(const void *, const void *)', object, map);
    if (isNull(map)) return;
    const name = String(libbpf('const char *bpf_map__name(const void *)', map));
    if (!SECTION.startsWith(name) || name.length < 12) continue;
    libbpfNumber('int bpf_map__set_initial_value(void *, const void *, size_t)', map, value, value.length);
  }
}
