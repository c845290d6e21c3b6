import { kernelBtf } from './kernel-btf.ts';

/** `enum bpf_audit_path_via` */
export const VIA = { AUTO: 0, HELPER: 1, WALK: 2 } as const;

/** One of {@link VIA}. */
export type PathVia = (typeof VIA)[keyof typeof VIA];

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
