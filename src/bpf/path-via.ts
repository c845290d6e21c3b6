import { isNull, libbpf, libbpfNumber, type Pointer } from '../sys/libbpf.ts';
import { kernelBtf } from './kernel-btf.ts';

/** `enum bpf_audit_path_via` */
export const VIA = { AUTO: 0, HELPER: 1, WALK: 2 } as const;

/** One of {@link VIA}. */
export type PathVia = (typeof VIA)[keyof typeof VIA];

/** Section of the setting; the kernel's name of its map is cut to 15 characters. */
const SETTING = '.rodata.bpf_audit';

/**
 * Hooks whose arguments `bpf_d_path()` takes on 6.1: those that are sleepable and have a `struct file` or
 * `struct path`. Measured by loading a program on each hook.
 */
const HELPER_HOOKS: ReadonlySet<string> = new Set([
  'bprm_creds_from_file',
  'file_ioctl',
  'file_lock',
  'file_open',
  'file_receive',
  'inode_getattr',
  'kernel_read_file',
  'mmap_file',
  'path_notify',
  'sb_mount',
]);

let hasKfunc: boolean | undefined;

/** Whether the kernel has `bpf_path_d_path()`; minimum kernel 6.12. */
export function kernelHasPathKfunc(): boolean {
  hasKfunc ??= kernelBtf().functions('bpf_path_d_path').includes('bpf_path_d_path');
  return hasKfunc;
}

/** How an object with programs on these hooks had best render paths on this kernel. */
export function pathViaFor(hooks: readonly string[]): PathVia {
  if (kernelHasPathKfunc()) return VIA.AUTO;
  return hooks.every((hook) => HELPER_HOOKS.has(hook)) ? VIA.HELPER : VIA.AUTO;
}

/** Writes the setting into an object that is not loaded yet. */
export function setPathVia(object: Pointer, via: PathVia): void {
  const value = Buffer.alloc(4);
  value.writeUInt32LE(via);
  let map: Pointer = null;
  for (;;) {
    map = libbpf('void *bpf_object__next_map(const void *, const void *)', object, map);
    if (isNull(map)) return;
    const name = String(libbpf('const char *bpf_map__name(const void *)', map));
    if (!SETTING.startsWith(name) || name.length < 12) continue;
    libbpfNumber('int bpf_map__set_initial_value(void *, const void *, size_t)', map, value, value.length);
  }
}
