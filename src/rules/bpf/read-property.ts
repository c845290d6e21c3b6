import type { BpfEventView } from './event-view.ts';

/**
 * Reads one property of an event.
 *
 * One function for each, since an engine reads a property fast only where it is always the same one; the same
 * condition over `event[property]` takes several times as long.
 */
export const READ: {
  readonly [Property in keyof BpfEventView]: (event: BpfEventView) => BpfEventView[Property];
} = {
  policy: (event) => event.policy,
  prog: (event) => event.prog,
  progId: (event) => event.progId,
  hook: (event) => event.hook,
  cause: (event) => event.cause,
  verdict: (event) => event.verdict,
  pid: (event) => event.pid,
  ppid: (event) => event.ppid,
  uid: (event) => event.uid,
  euid: (event) => event.euid,
  suid: (event) => event.suid,
  fsuid: (event) => event.fsuid,
  gid: (event) => event.gid,
  egid: (event) => event.egid,
  sgid: (event) => event.sgid,
  fsgid: (event) => event.fsgid,
  auid: (event) => event.auid,
  ses: (event) => event.ses,
  comm: (event) => event.comm,
  exe: (event) => event.exe,
  exeInode: (event) => event.exeInode,
  exeDevice: (event) => event.exeDevice,
  path: (event) => event.path,
  cgroup: (event) => event.cgroup,
  cgroupId: (event) => event.cgroupId,
  inode: (event) => event.inode,
  devmajor: (event) => event.devmajor,
  devminor: (event) => event.devminor,
  capability: (event) => event.capability,
  saddrFam: (event) => event.saddrFam,
  saddr: (event) => event.saddr,
  daddr: (event) => event.daddr,
  laddr: (event) => event.laddr,
  faddr: (event) => event.faddr,
  sport: (event) => event.sport,
  dport: (event) => event.dport,
  lport: (event) => event.lport,
  fport: (event) => event.fport,
  subj: (event) => event.subj,
};
