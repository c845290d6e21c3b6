import { statSync } from 'node:fs';
import type { Identities } from './map-content.ts';

/** Looks cgroups and inodes up on this machine: the id of a v2 cgroup is the inode of its folder. */
export const machineIdentities: Identities = {
  cgroup: (path) => {
    const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
    return stat?.isDirectory() === true ? stat.ino : undefined;
  },
  inode: (path) => statSync(path, { bigint: true, throwIfNoEntry: false })?.ino,
};
