import { readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import type { CgroupIdentity, IdentityResolver } from './condition-node.ts';
import type { FileIdentity } from '../bpf/file-identity.ts';
import { kernelDevice, mountOf, parseMounts, type Mount } from './mount-table.ts';

const CGROUP_ROOT = '/sys/fs/cgroup';

/**
 * Turns names of this machine into identities, as they are now.
 *
 * A file is only identified where stat(2) and the kernel agree on its device. They do not on btrfs, overlayfs
 * and the like, where stat makes devices up; such a file stays a question for user space, by path.
 *
 * @param cgroupRoot - where the unified hierarchy is mounted, seen from the first cgroup namespace: levels are
 *   counted from there
 */
export function hostResolver(cgroupRoot: string = CGROUP_ROOT): IdentityResolver {
  const mounts = parseMounts(readFileSync('/proc/self/mountinfo', 'utf8'));
  return {
    file: (name) => identifyFile(name, mounts),
    cgroup: (name) => identifyCgroup(name, cgroupRoot, mounts),
  };
}

function identifyFile(name: string, mounts: readonly Mount[]): FileIdentity | undefined {
  try {
    const real = realpathSync(name);
    const { ino, dev } = statSync(real, { bigint: true });
    const device = kernelDevice(dev);
    const mount = mountOf(mounts, real);
    const isSure = mount?.device === device && mount.type !== 'overlay';
    return isSure ? { inode: ino, device } : undefined;
  } catch {
    // Not there, or not to be reached: the rule is left to user space.
    return undefined;
  }
}

function identifyCgroup(name: string, root: string, mounts: readonly Mount[]): CgroupIdentity | undefined {
  if (name.split('/').includes('..')) return undefined;
  const place = path.join(root, name);
  const stat = statSync(place, { bigint: true, throwIfNoEntry: false });
  if (stat === undefined || !stat.isDirectory() || mountOf(mounts, place)?.type !== 'cgroup2')
    return undefined;
  return { id: stat.ino, level: name.split('/').filter(Boolean).length };
}
