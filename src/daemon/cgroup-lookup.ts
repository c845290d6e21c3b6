import { statfsSync } from 'node:fs';
import { CgroupPaths } from '../rules/kernel-filter/cgroup-paths.ts';

const CGROUP_ROOT = '/sys/fs/cgroup';
/** `CGROUP2_SUPER_MAGIC` of include/uapi/linux/magic.h. */
const CGROUP2 = 0x63677270;
/** Looking takes one part in so many of the time at most: there may be thousands of groups that come and go. */
const SHARE = 20;

/**
 * Looks for paths of control groups by their ids, below the root of the unified hierarchy. In other hierarchies
 * the same number is another group, so nothing is found there.
 *
 * @param paths - where it looks
 * @param isUnified - whether that is the unified hierarchy
 * @param nowMs - a clock that never goes back
 */
export function lookForCgroups(
  paths: Pick<CgroupPaths, 'known' | 'find'> = new CgroupPaths(CGROUP_ROOT),
  isUnified: () => boolean = isUnifiedRoot,
  nowMs: () => number = () => performance.now(),
): (id: bigint) => string | undefined {
  let next = -Infinity;
  return (id) => {
    const known = paths.known(id);
    if (known !== undefined) return known;
    const start = nowMs();
    if (start < next || !isUnified()) return undefined;
    const found = paths.find(id);
    const end = nowMs();
    next = end + SHARE * (end - start);
    return found;
  };
}

function isUnifiedRoot(): boolean {
  try {
    return statfsSync(CGROUP_ROOT).type === CGROUP2;
  } catch {
    return false;
  }
}
