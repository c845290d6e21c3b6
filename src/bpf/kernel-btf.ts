import { readFileSync } from 'node:fs';
import { BpfauditError, NotSupportedError } from '../errors/audit-error.ts';
import { nearMiss } from '../errors/near-miss.ts';
import { Btf } from './btf.ts';

/** Where the kernel shows its type information (CONFIG_DEBUG_INFO_BTF). */
const KERNEL_BTF = '/sys/kernel/btf/vmlinux';

/** Functions of this name and prefix are the attach points of LSM programs. */
const HOOK_PREFIX = 'bpf_lsm_';

let kernel: Btf | undefined;
let hooks: ReadonlySet<string> | undefined;

/**
 * The kernel's own types; read once.
 *
 * @throws {NotSupportedError} `E_NOT_SUPPORTED` if the kernel has none
 */
export function kernelBtf(): Btf {
  if (kernel) return kernel;
  let bytes: Buffer;
  try {
    bytes = readFileSync(KERNEL_BTF);
  } catch (cause) {
    throw new NotSupportedError('BTF of the kernel', '5.4', {
      hint: 'boot a kernel with CONFIG_DEBUG_INFO_BTF=y',
      cause,
    });
  }
  kernel = new Btf(bytes);
  return kernel;
}

/** Names of the LSM hooks that this kernel has: `file_open`, `userns_create` ... */
function kernelHooks(): ReadonlySet<string> {
  hooks ??= new Set(
    kernelBtf()
      .functions(HOOK_PREFIX)
      .map((name) => name.slice(HOOK_PREFIX.length)),
  );
  return hooks;
}

/** Hook that a program of type LSM is attached to, by `attach_btf_id`; nothing if it is none. */
export function hookOfType(attachBtfId: number): string | undefined {
  const name = kernelBtf().name(attachBtfId);
  return name.startsWith(HOOK_PREFIX) ? name.slice(HOOK_PREFIX.length) : undefined;
}

/**
 * Checks that the kernel has a hook.
 *
 * @throws {BpfauditError} `E_HOOK`, with the nearest name as hint
 */
export function requireHook(hook: string, program: string): void {
  if (kernelHooks().has(hook)) return;
  const near = nearMiss(hook, kernelHooks());
  throw new BpfauditError(`attach program ${program}: no LSM hook ${hook} in this kernel`, {
    code: 'E_HOOK',
    hint: near === undefined ? 'see docs/hooks.md for the hooks of each kernel' : `did you mean ${near}?`,
  });
}
