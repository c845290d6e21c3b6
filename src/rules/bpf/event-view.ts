/**
 * What rules can see of one BPF record: the fields that were observed, decoded.
 *
 * A field that was not observed is `undefined`, and then no condition on it holds, neither `=` nor `!=`.
 * Names are audit's and the kernel's. Objects should always carry every property, in this order, so that the
 * JavaScript engine keeps one shape for all of them.
 */
export interface BpfEventView {
  /** Name of the policy as its manifest gives it. */
  readonly policy: string | undefined;
  /** Name of the BPF program that decided. */
  readonly prog: string | undefined;
  /** Kernel id of that program (`prog-id`). */
  readonly progId: number | undefined;
  /** LSM hook without prefix: `file_open`. */
  readonly hook: string | undefined;
  /** The policy's own words for why (`cause`). */
  readonly cause: string | undefined;
  /** What the policy decided: a negative error number to deny, 0 or above to allow. */
  readonly verdict: number | undefined;
  /** Process id, the kernel's tgid. */
  readonly pid: number | undefined;
  readonly ppid: number | undefined;
  readonly uid: number | undefined;
  readonly euid: number | undefined;
  readonly suid: number | undefined;
  readonly fsuid: number | undefined;
  readonly gid: number | undefined;
  readonly egid: number | undefined;
  readonly sgid: number | undefined;
  readonly fsgid: number | undefined;
  /** Login uid; 4294967295 is audit's "unset", which is an observed value. */
  readonly auid: number | undefined;
  /** Session; 4294967295 is "unset". */
  readonly ses: number | undefined;
  readonly comm: string | undefined;
  /** Path of the executable. */
  readonly exe: string | undefined;
  /** Inode of the executable. */
  readonly exeInode: bigint | undefined;
  /** Device of the executable in the kernel's encoding, major << 20 | minor. */
  readonly exeDevice: number | undefined;
  /** Path of the object, as the process sees it. */
  readonly path: string | undefined;
  /** Path of the cgroup in the unified hierarchy, from its root: `/system.slice/ssh.service`. */
  readonly cgroup: string | undefined;
  /** Id of the cgroup, the inode of its directory. */
  readonly cgroupId: bigint | undefined;
  /** Inode of the object. */
  readonly inode: bigint | undefined;
  /** Device of the object's file system, as the two halves of its dev_t. */
  readonly devmajor: number | undefined;
  readonly devminor: number | undefined;
  /** `CAP_*` number that was asked for. */
  readonly capability: number | undefined;
  /** `AF_*` of the socket or address. */
  readonly saddrFam: number | undefined;
  /** Addresses in network order, 4 or 16 bytes. */
  readonly saddr: Uint8Array | undefined;
  readonly daddr: Uint8Array | undefined;
  readonly laddr: Uint8Array | undefined;
  readonly faddr: Uint8Array | undefined;
  /** Ports in host order. */
  readonly sport: number | undefined;
  readonly dport: number | undefined;
  readonly lport: number | undefined;
  readonly fport: number | undefined;
  /** Security label of the process, `user:role:type:level`, for `exclude` rules on `subj_*`. */
  readonly subj: string | undefined;
}

/** A view of which nothing was observed, to be spread and filled in. */
export const EMPTY_VIEW: BpfEventView = {
  policy: undefined,
  prog: undefined,
  progId: undefined,
  hook: undefined,
  cause: undefined,
  verdict: undefined,
  pid: undefined,
  ppid: undefined,
  uid: undefined,
  euid: undefined,
  suid: undefined,
  fsuid: undefined,
  gid: undefined,
  egid: undefined,
  sgid: undefined,
  fsgid: undefined,
  auid: undefined,
  ses: undefined,
  comm: undefined,
  exe: undefined,
  exeInode: undefined,
  exeDevice: undefined,
  path: undefined,
  cgroup: undefined,
  cgroupId: undefined,
  inode: undefined,
  devmajor: undefined,
  devminor: undefined,
  capability: undefined,
  saddrFam: undefined,
  saddr: undefined,
  daddr: undefined,
  laddr: undefined,
  faddr: undefined,
  sport: undefined,
  dport: undefined,
  lport: undefined,
  fport: undefined,
  subj: undefined,
};
