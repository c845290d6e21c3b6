import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { GuestError } from './guest-error.ts';
import { kernelFolder } from './paths.ts';

/** How the guest hands back output: over virtio, or over serial ports, which carry well below 1 MB/s. */
export type GuestChannel = 'virtio' | 'serial';

/** A kernel that the guest can boot. */
export interface BootableKernel {
  /** Name it was asked for by. */
  readonly name: string;
  /** The compressed kernel image. */
  readonly image: string;
  /** Folder of modules and their load order; absent for a kernel that has all built in. */
  readonly modules?: string;
  /** What the kernel has a driver for. */
  readonly channel: GuestChannel;
}

/**
 * Finds a kernel by name.
 *
 * `oracle` is a kernel that carries the kfuncs whose records bpfaudit reproduces: a measuring instrument for
 * developers, which nothing needs. `BPFAUDIT_ORACLE_KERNEL` names its image.
 *
 * @param name A name from the catalogue, `oracle`, or the path of a kernel image.
 * @throws GuestError `E_GUEST_KERNEL` if it is not there.
 */
export function findKernel(name: string, environment: NodeJS.ProcessEnv = process.env): BootableKernel {
  if (name === 'oracle') return oracleKernel(environment);
  if (name.includes('/')) return bareKernel(name, name);
  const folder = join(kernelFolder(environment), name);
  const image = join(folder, 'vmlinuz');
  if (!existsSync(image)) {
    throw new GuestError(`find kernel ${name}: no such file ${image}`, {
      code: 'E_GUEST_KERNEL',
      hint: 'run vm/fetch-kernels.sh',
    });
  }
  return { name, image, modules: join(folder, 'modules'), channel: 'virtio' };
}

function oracleKernel(environment: NodeJS.ProcessEnv): BootableKernel {
  const image = environment['BPFAUDIT_ORACLE_KERNEL'];
  const hint = 'set BPFAUDIT_ORACLE_KERNEL to its image';
  if (image !== undefined && image !== '') return bareKernel('oracle', image, hint);
  throw new GuestError('find kernel oracle: BPFAUDIT_ORACLE_KERNEL is not set', {
    code: 'E_GUEST_KERNEL',
    hint,
  });
}

/** A kernel that is nothing but an image; it cannot be known to have more than serial ports. */
function bareKernel(name: string, image: string, hint?: string): BootableKernel {
  if (existsSync(image)) return { name, image, channel: 'serial' };
  throw new GuestError(`find kernel ${name}: no such file ${image}`, {
    code: 'E_GUEST_KERNEL',
    ...(hint !== undefined && { hint }),
  });
}
