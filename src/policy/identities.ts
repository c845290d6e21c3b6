import { existsSync, statSync } from 'node:fs';
import type { Identities } from './map-content.ts';

/** Looks cgroups and inodes up on this machine: the id of a v2 cgroup is the inode of its folder. */
export const machineIdentities: Identities = {
  cgroup: (path) => {
    if (!existsSync(path)) return undefined;
    const stat = statSync(path, { bigint: true });
    return stat.isDirectory() ? stat.ino : undefined;
  },
  inode: (path) => (existsSync(path) ? statSync(path, { bigint: true }).ino : undefined),
};
