import { isNull, libbpf, libbpfNumber, type Pointer } from '../sys/libbpf.ts';

/** A map that a policy declares for itself: an allow list, counters. */
export interface ObjectMap {
  readonly name: string;
  /** `enum bpf_map_type` */
  readonly type: number;
  /** Bytes. */
  readonly keySize: number;
  /** Bytes. */
  readonly valueSize: number;
  readonly maxEntries: number;
  /** Descriptor, negative before the load; stays libbpf's. */
  readonly fd: number;
}

/** Maps of bpf_audit.h, and of the compiler: `.rodata`, `.bss`. */
const NOT_OWN = /^bpf_audit_|\./;

/** Maps that an object declares for itself. */
export function objectMaps(object: Pointer): ObjectMap[] {
  const maps: ObjectMap[] = [];
  let map: Pointer = null;
  for (;;) {
    map = libbpf('void *bpf_object__next_map(const void *, const void *)', object, map);
    if (isNull(map)) return maps;
    const name = String(libbpf('const char *bpf_map__name(const void *)', map));
    if (NOT_OWN.test(name)) continue;
    maps.push({
      name,
      type: libbpfNumber('int bpf_map__type(const void *)', map),
      keySize: libbpfNumber('uint32_t bpf_map__key_size(const void *)', map),
      valueSize: libbpfNumber('uint32_t bpf_map__value_size(const void *)', map),
      maxEntries: libbpfNumber('uint32_t bpf_map__max_entries(const void *)', map),
      fd: libbpfNumber('int bpf_map__fd(const void *)', map),
    });
  }
}
