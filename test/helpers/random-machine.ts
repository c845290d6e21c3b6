import type { BpfEventView } from '../../src/rules/bpf/event-view.ts';
import type { FileIdentity } from '../../src/rules/bpf/file-identity.ts';
import type { CgroupIdentity, IdentityResolver } from '../../src/rules/kernel-filter/condition-node.ts';
import type { FilterObject, FilterSubject } from './run-filter.ts';
import type { Random } from './random.ts';
import { randomEvent, type AddressReader } from './random-bpf.ts';

// A machine of a few files and cgroups, on which every path has one inode, so that comparing paths and comparing
// inodes must come to the same.
const FILES: ReadonlyMap<string, FileIdentity> = new Map(
  [
    '/',
    '/etc',
    '/etc/shadow',
    '/etc/shadow/x',
    '/etc/ssh',
    '/etc/ssh/sshd_config',
    '/etcetera',
    '/usr',
    '/usr/bin',
    '/usr/bin/su',
    '/tmp',
  ].map((path, at) => [
    path,
    { inode: 0xffff_ffff_ffff_ff00n + BigInt(at >> 1), device: 0x800001 + (at % 2) },
  ]),
);
/** On the machine, but made after the filter: the resolver does not know it. */
const NEW_FILE: readonly [string, FileIdentity] = ['/tmp/a b', { inode: 99n, device: 1 }];
/** Cgroups of the machine by path; the root is the empty text. */
export const CGROUPS: ReadonlyMap<string, bigint> = new Map([
  ['', 1n],
  ['/system.slice', 4242n],
  ['/system.slice/ssh.service', 18446744073709551615n],
  ['/user.slice', 5n],
  ['/user.slice/user-1000.slice', 6n],
]);
const NEW_CGROUP: readonly [string, bigint] = ['/system.slice2', 7n];

/** Numbers of a task, which the kernel always knows, in the order of `BPF_AUDIT_ON_PID` to `BPF_AUDIT_ON_SES`. */
export const TASK_NUMBERS = [
  'pid',
  'ppid',
  'uid',
  'euid',
  'suid',
  'fsuid',
  'gid',
  'egid',
  'sgid',
  'fsgid',
  'auid',
  'ses',
] as const;

/** The numbers of a task in an event, where some may not have been drawn. */
export function taskNumbers(drawn: BpfEventView): Partial<BpfEventView> {
  return Object.fromEntries(TASK_NUMBERS.map((name) => [name, drawn[name] ?? 7]));
}

function levelOf(cgroup: string): number {
  return cgroup.split('/').length - 1;
}

/** What the machine's names mean, except for what is new. */
export const RESOLVER: IdentityResolver = {
  file: (path) => FILES.get(path),
  cgroup(path): CgroupIdentity | undefined {
    const id = CGROUPS.get(path);
    return id === undefined ? undefined : { id, level: levelOf(path) };
  },
};

/** The file at a path of the machine. */
export function identityOf(path: string): FileIdentity {
  const found = path === NEW_FILE[0] ? NEW_FILE[1] : FILES.get(path);
  if (found === undefined) throw new Error(`not on this machine: ${path}`);
  return found;
}

/** A path and the directories above it, from the root. */
export function parentsOf(path: string): string[] {
  const parts = path === '/' ? [''] : path.split('/');
  return parts.map((_, at) => parts.slice(0, at + 1).join('/') || '/');
}

/** One event as user space sees it, and as the kernel does. */
export interface SeenTwice {
  readonly view: BpfEventView;
  readonly subject: FilterSubject;
  readonly object: FilterObject;
}

/** A random event on the machine. */
export function randomSeenTwice(random: Random, readAddress: AddressReader): SeenTwice {
  const group = random.once(6) ? undefined : random.pick([...CGROUPS, NEW_CGROUP]);
  const drawn = randomEvent(random, readAddress);
  // Now and then the executable has another name than the one it was started by, or its name is not known.
  const exe = drawn.exe === undefined ? undefined : identityOf(random.once(5) ? '/usr/bin/su' : drawn.exe);
  const view: BpfEventView = {
    ...drawn,
    ...taskNumbers(drawn),
    exe: random.once(5) && exe !== NEW_FILE[1] ? undefined : drawn.exe,
    exeInode: exe?.inode,
    exeDevice: exe?.device,
    cgroup: group && (group[0] || '/'),
    cgroupId: group?.[1],
  };
  return { view, subject: subjectOf(view), object: objectOf(view, random) };
}

function subjectOf(view: BpfEventView): FilterSubject {
  const comm = new Uint8Array(16);
  comm.set(Buffer.from(view.comm ?? ''));
  return {
    ...view,
    comm: view.comm === undefined ? undefined : comm,
    exe:
      view.exeInode === undefined || view.exeDevice === undefined
        ? undefined
        : { inode: view.exeInode, device: view.exeDevice },
    cgroupIds: view.cgroup === undefined ? undefined : cgroupIds(view.cgroup),
  };
}

function cgroupIds(cgroup: string): bigint[] {
  return parentsOf(cgroup).map((path) => {
    const id = path === NEW_CGROUP[0] ? NEW_CGROUP[1] : CGROUPS.get(path === '/' ? '' : path);
    if (id === undefined) throw new Error(`not on this machine: ${path}`);
    return id;
  });
}

// The walk to the root is cut short now and then, as in the kernel after so many steps.
function objectOf(view: BpfEventView, random: Random): FilterObject {
  const isFile = view.path?.startsWith('/') === true;
  const all = isFile
    ? parentsOf(view.path ?? '/')
        .toReversed()
        .map(identityOf)
    : [];
  const steps = random.once(4) ? random.below(all.length + 1) : all.length;
  return {
    ...view,
    ancestors: view.path === undefined ? undefined : all.slice(0, steps),
    walkedToRoot: steps === all.length,
  };
}
