import { EMPTY_VIEW, type BpfEventView } from '../../src/rules/bpf/event-view.ts';
import type { Random } from './random.ts';

// Few values per field, so that random rules and random events often meet.
const NUMBERS = ['0', '1', '33', '1000', '1001', '65534', '4294967294'];
const PATHS = [
  '/',
  '/etc',
  '/etc/shadow',
  '/etc/ssh/sshd_config',
  '/etcetera',
  '/usr/bin/su',
  '/usr/bin',
  '/tmp/a b',
];
const HOOKS = ['file_open', 'bprm_check_security', 'socket_connect', 'capable'];
const POLICIES = ['lockdown', 'egress', 'no-ptrace'];
const CAUSES = ['not allowed', 'writable and executable', 'x'];
const COMMS = ['sh', 'sshd', 'a b'];
const CGROUPS = ['/', '/system.slice', '/system.slice/ssh.service', '/user.slice/user-1000.slice'];
const CGROUP_IDS = ['1', '4242', '18446744073709551615'];
const ADDRESSES = [
  '10.0.0.1',
  '10.1.2.3',
  '192.168.0.9',
  '0.0.0.0',
  '::1',
  'fd00::1',
  'fd00:1::9',
  '::ffff:10.0.0.1',
];
const PREFIXES = ['/0', '/1', '/8', '/12', '/15', '/31', '/32'];
// Over a day, so that no bucket is filled again while a test runs.
const LIMITS = ['1/86400s', '3/86400s', '2/86400s/policy', '1/86400s/exe', '2/86400s/cgroup'];
const ORDERED = ['=', '!=', '>', '>=', '<', '<='];
const SAME = ['=', '!='];

const USERS = ['uid', 'euid', 'suid', 'fsuid', 'gid', 'egid', 'sgid', 'fsgid'] as const;

/** One random `-F`, in the language of the list `bpf`. */
function randomCondition(random: Random): string {
  const same = random.pick(SAME);
  const order = random.pick(ORDERED);
  return random.pick([
    () => `-F policy${same}${random.pick(POLICIES)}`,
    () => `-F prog${same}${random.pick(['deny_open', 'log_exec', '7', '12'])}`,
    () => `-F hook${same}${random.pick(HOOKS)}`,
    () => `-F cause${same}${random.pick(CAUSES).replaceAll(' ', '\\ ')}`,
    () =>
      `-F verdict${random.pick(['=allow', '!=allow', '=deny', '!=deny', `${order}-EPERM`, `${order}0`, '=-13'])}`,
    () => `-F ${random.pick(['pid', 'ppid', 'devmajor', ...USERS])}${order}${random.pick(NUMBERS)}`,
    () => `-F auid${random.pick([`${order}1000`, '=unset', '!=-1'])}`,
    () => `-F ses${same}${random.pick(['1', 'unset'])}`,
    () => `-F devminor${random.pick([...ORDERED, '&', '&='])}${random.pick(NUMBERS)}`,
    () => `-F comm${same}${random.pick(COMMS).replaceAll(' ', '\\ ')}`,
    () => `-F ${random.pick(['exe', 'path', 'dir'])}${same}${random.pick(PATHS).replaceAll(' ', '\\ ')}`,
    () => `-F cgroup${same}${random.pick([...CGROUPS, ...CGROUP_IDS])}`,
    () => `-F inode${same}${random.pick(CGROUP_IDS)}`,
    () => `-F capability${same}${random.pick(['sys_admin', 'net_raw', '21', 'CAP_BPF'])}`,
    () => `-F saddr_fam${same}${random.pick(['inet', 'inet6', '1'])}`,
    () => `-F ${random.pick(['saddr', 'daddr', 'laddr', 'faddr'])}${same}${randomNetwork(random)}`,
    () =>
      `-F ${random.pick(['sport', 'dport', 'lport', 'fport'])}${order}${random.pick(['0', '22', '443', '65535'])}`,
    () => `-C ${random.pick(['uid', 'euid', 'auid'])}${same}${random.pick(['suid', 'fsuid'])}`,
    () => `-C gid${same}${random.pick(['egid', 'sgid', 'fsgid'])}`,
  ])();
}

function randomNetwork(random: Random): string {
  const address = random.pick(ADDRESSES);
  return random.once(2) ? address : address + random.pick(PREFIXES);
}

/** A random rule of the list `bpf`. */
export function randomBpfLine(random: Random): string {
  const conditions = Array.from({ length: random.below(4) }, () => ` ${randomCondition(random)}`);
  const key = random.once(3) ? ` -k ${random.pick(['web', 'a\\ b'])}` : '';
  const action = random.pick(['always', 'never']);
  const limit = action === 'always' && random.once(3) ? ` -F limit=${random.pick(LIMITS)}` : '';
  return `-${random.pick(['a', 'A'])} ${action},bpf${conditions.join('')}${limit}${key}`;
}

/** A random list: of all kinds of rules, or of many about the same number, which are compiled in another way. */
export function randomBpfLines(random: Random): string[] {
  if (!random.once(4)) return Array.from({ length: random.below(6) }, () => randomBpfLine(random));
  const name = random.pick(['uid', 'pid', 'auid', 'gid']);
  return Array.from({ length: 2 + random.below(12) }, () => {
    const more = random.once(3) ? ` ${randomCondition(random)}` : '';
    const value = random.pick(name === 'auid' ? ['0', '1000'] : NUMBERS);
    return `-a ${random.pick(['always', 'never'])},bpf -F ${name}${random.pick(ORDERED)}${value}${more}`;
  });
}

/** Turns an address into its bytes, in whatever way the caller trusts. */
export type AddressReader = (text: string) => Uint8Array | undefined;

/** A random event; each field is missing once in five times. */
export function randomEvent(random: Random, readAddress: AddressReader): BpfEventView {
  const maybe = <Value>(value: Value): Value | undefined => (random.once(5) ? undefined : value);
  const number = (): number | undefined => maybe(Number(random.pick(NUMBERS)));
  const port = (): number | undefined => maybe(random.pick([0, 22, 443, 65535]));
  const address = (): Uint8Array | undefined => maybe(readAddress(random.pick(ADDRESSES)));
  const users = Object.fromEntries(USERS.map((name) => [name, number()]));
  return {
    ...EMPTY_VIEW,
    ...users,
    policy: maybe(random.pick(POLICIES)),
    prog: maybe(random.pick(['deny_open', 'log_exec'])),
    progId: maybe(random.pick([7, 12, 13])),
    hook: maybe(random.pick(HOOKS)),
    cause: maybe(random.pick(CAUSES)),
    verdict: maybe(random.pick([0, -1, -13, 1])),
    pid: number(),
    ppid: number(),
    auid: maybe(random.pick([0, 1000, 4294967295])),
    ses: maybe(random.pick([1, 4294967295])),
    comm: maybe(random.pick(COMMS)),
    exe: maybe(random.pick(PATHS)),
    path: maybe(random.pick([...PATHS, 'pipe:[12]', '/etc/shadow/x', ''])),
    cgroup: maybe(random.pick([...CGROUPS, '/system.slice2'])),
    cgroupId: maybe(BigInt(random.pick(CGROUP_IDS))),
    inode: maybe(BigInt(random.pick(CGROUP_IDS))),
    devmajor: number(),
    devminor: number(),
    capability: maybe(random.pick([13, 21, 39])),
    saddrFam: maybe(random.pick([1, 2, 10])),
    saddr: address(),
    daddr: address(),
    laddr: address(),
    faddr: address(),
    sport: port(),
    dport: port(),
    lport: port(),
    fport: port(),
  };
}
