import { FILESYSTEM_TYPES } from '../audit/tables/rule-words.generated.ts';

/** Names for `fstype`, by the magic number of include/uapi/linux/magic.h; the first two are auditctl 3.0.9's. */
export const FILESYSTEMS: Readonly<Record<number, string>> = {
  ...FILESYSTEM_TYPES,
  0x27e0eb: 'cgroup',
  0x63677270: 'cgroup2',
};
