import { syscallName } from '../tables/syscalls.ts';
import type { Machine } from '../tables/machines.ts';
import * as words from '../tables/words.generated.ts';
import { fileMode, shortMode } from './mode.ts';
import { flagWords, type FlagWords } from './flags.ts';
import { groupWord, userWord, type NameSource } from './names.ts';
import { low32 } from './numbers.ts';

/** What the four logged arguments of a system call are read with. */
export interface ArgContext {
  readonly machine: Machine | undefined;
  readonly syscall: number;
  /** The first and second argument, low 32 bits. */
  readonly a0: number;
  readonly a1: number;
  readonly names: NameSource;
}

type ArgReader = (value: number, text: string, context: ArgContext) => string | undefined;
type Words = Readonly<Record<number, string>>;

const O_CREAT = 0x40;
const READERS = {
  clock: valueOf(words.CLOCKS, (text) => `unknown-clk_id(0x${text})`),
  bpf: valueOf(words.BPF_COMMANDS, (text) => `unknown-bpf-cmd(${text})`),
  cloneFlags: (value) => cloneFlags(value),
  dirfd: (value) => (value === 0xffffff9c ? 'AT_FDCWD' : undefined),
  epoll: (value) => words.EPOLL_OPERATIONS[value] ?? `unknown-epoll_ctl-operation(${value | 0})`,
  exit: (_value, text) => (text === '0' ? 'EXIT_SUCCESS' : text === '1' ? 'EXIT_FAILURE' : 'UNKNOWN'),
  access: (value, text) => ((value & 0xf) === 0 ? 'F_OK' : flagsOf(words.ACCESS_MODES, value, text)),
  family: valueOf(words.ADDRESS_FAMILIES, (text) => `unknown-family(0x${text})`),
  fcntl: (value) => words.FCNTL_COMMANDS[value] ?? `unknown-fcntl-command(${value | 0})`,
  fcntlArg: (value, _text, { a1, names }) =>
    a1 === 8 ? userWord(value, names) : a1 === 2 && value === 1 ? 'FD_CLOEXEC' : undefined,
  gid: (value, _text, { names }) => groupWord(value, names),
  uid: (value, _text, { names }) => userWord(value, names),
  ioctl: (value) => words.IOCTL_REQUESTS[value] ?? `0x${value.toString(16)}`,
  mmap: (value, text) => mmapFlags(value, text),
  mode: (value) => fileMode(value),
  shortMode: (value) => shortMode(value),
  modeIfCreated: (value, _text, { a1 }) => ((a1 & O_CREAT) === 0 ? undefined : shortMode(value)),
  mount: (value, text) => flagsOf(words.MOUNT_FLAGS, value, text),
  open: (value, text) => openFlags(value, text),
  personality: (value, text) => personality(value, text),
  prctl: valueOf(words.PRCTL_OPTIONS, (text) => `unknown-prctl-option(0x${text})`),
  prctlArg: (value, text, { a0 }) => prctlArgument(a0, value, text),
  prot: (value, text) => protection(value, text, 0x7),
  protMmap: (value, text) => protection(value, text, 0xf),
  proto: (value, text, { names }) => names.protocol(value) ?? `unknown-proto(${text})`,
  ptrace: valueOf(words.PTRACE_REQUESTS, (text) => `unknown-ptrace(0x${text})`),
  recv: (value, text) => flagsOf(words.RECV_FLAGS, value, text),
  rlimit: valueOf(words.RLIMITS, (text) => `unknown-rlimit(0x${text})`),
  sched: (value, text) => schedulerPolicy(value, text),
  seek: (value, text) => words.SEEK_WHENCES[value & 0xff] ?? `unknown-whence(${text})`,
  shm: (value) => ipcFlags(value),
  signal: (value, text) => signalWord(value, `0x${text}`),
  socketcall: valueOf(words.SOCKET_CALLS, (text) => `unknown-socketcall(${text})`),
  sockLevel: (value, text, { names }) =>
    value === 1
      ? 'SOL_SOCKET'
      : (names.protocol(value) ?? words.SOCKET_LEVELS[value] ?? `unknown-sockopt-level(0x${text})`),
  sockOption: (value, text, { a1 }) => socketOption(a1, value, text),
  sockType: (value, text) => words.SOCKET_TYPES[value & 0xff] ?? `unknown-type(${text})`,
  umount: (value, text) => flagsOf(words.UMOUNT_FLAGS, value, text),
} satisfies Readonly<Record<string, ArgReader>>;

/** Per argument, what it means in which system calls. */
const MEANINGS: readonly (readonly [keyof typeof READERS, string])[] = [
  ['bpf', 'bpf 0'],
  ['access', 'access 1, faccessat 2, faccessat2 2'],
  ['clock', 'clock_settime 0'],
  ['cloneFlags', 'clone 2, unshare 0, setns 1'],
  [
    'dirfd',
    'openat 0, mkdirat 0, mknodat 0, fchownat 0, futimesat 0, newfstatat 0, unlinkat 0, renameat 0, linkat 0, ' +
      'readlinkat 0, fchmodat 0, faccessat 0, utimensat 0, name_to_handle_at 0, renameat2 0, openat2 0, ' +
      'faccessat2 0, renameat 2, linkat 2, readlinkat 2, renameat2 2',
  ],
  ['epoll', 'epoll_ctl 1'],
  ['exit', 'exit 0, exit_group 0'],
  ['family', 'socket 0'],
  ['fcntl', 'fcntl 1, fcntl64 1'],
  ['fcntlArg', 'fcntl 2, fcntl64 2'],
  ['gid', 'setgid 0, setregid 0, setresgid 0, setfsgid 0, setregid 1, setresgid 1, setresgid 2'],
  ['ioctl', 'ioctl 1'],
  ['mmap', 'mmap 3'],
  ['mode', 'mknod 1'],
  ['modeIfCreated', 'open 2, mq_open 2'],
  ['mount', 'mount 3'],
  ['open', 'open 1, mq_open 1, openat 2, open_by_handle_at 2'],
  ['personality', 'personality 0'],
  ['prctl', 'prctl 0'],
  ['prctlArg', 'prctl 1'],
  ['prot', 'mprotect 2'],
  ['protMmap', 'mmap 2'],
  ['proto', 'socket 2'],
  ['ptrace', 'ptrace 0'],
  ['recv', 'sendto 3, recvfrom 3, recvmmsg 3, sendmmsg 3, send 3, recv 3, sendmsg 2, recvmsg 2'],
  ['rlimit', 'getrlimit 0, setrlimit 0'],
  ['sched', 'sched_setscheduler 1'],
  ['seek', 'lseek 2'],
  ['shm', 'shmget 2'],
  ['shortMode', 'mkdir 1, creat 1, chmod 1, fchmod 1, mkdirat 2, mknodat 2, fchmodat 2'],
  ['signal', 'rt_sigaction 0, kill 1, tkill 1, tgkill 2'],
  ['socketcall', 'socketcall 0'],
  ['sockLevel', 'setsockopt 1, getsockopt 1'],
  ['sockOption', 'setsockopt 2, getsockopt 2'],
  ['sockType', 'socket 1'],
  [
    'uid',
    'setuid 0, setreuid 0, setresuid 0, setfsuid 0, setreuid 1, setresuid 1, setresuid 2, chown 1, chown32 1',
  ],
  ['umount', 'umount2 1'],
];

const readerByArg: ReadonlyMap<string, ArgReader> = new Map(
  MEANINGS.flatMap(([reader, uses]) =>
    uses.split(', ').map((use): [string, ArgReader] => [use, READERS[reader]]),
  ),
);

/**
 * One of `a0` to `a3` of a SYSCALL record as `-i` prints it: flags, modes, signals by their words where the
 * system call gives them a meaning, otherwise the hexadecimal number with `0x`.
 */
export function interpretArg(index: number, text: string, context: ArgContext): string {
  const reader =
    context.machine === undefined ? undefined : readersOf(context.machine, context.syscall)[index];
  if (reader === undefined) return `0x${text}`;
  const value = low32(text, 16);
  if (value === undefined) return `conversion error(${text})`;
  return reader(value, text, context) ?? `0x${text}`;
}

type Readers = readonly (ArgReader | undefined)[];
const NO_READERS: Readers = [];
const readersByCall = new Map<Machine, Map<number, Readers>>();

/** What the arguments of a system call mean, looked up once for each. */
function readersOf(machine: Machine, syscall: number): Readers {
  let calls = readersByCall.get(machine);
  if (calls === undefined) {
    calls = new Map();
    readersByCall.set(machine, calls);
  }
  const known = calls.get(syscall);
  if (known !== undefined) return known;
  const name = syscallName(machine, syscall);
  // A number that is no system call is not remembered: a log may hold any number of them.
  if (name === undefined) return NO_READERS;
  const readers = [0, 1, 2, 3].map((index) => readerByArg.get(`${name} ${index}`));
  calls.set(syscall, readers);
  return readers;
}

/** Readers whose words depend on another argument of the call. */
const NEEDS_OTHERS: ReadonlySet<ArgReader> = new Set<ArgReader>([
  READERS.fcntlArg,
  READERS.modeIfCreated,
  READERS.prctlArg,
  READERS.sockOption,
]);

/**
 * What the words of an argument depend on: `none`, it is a plain number; `value`, its own value;
 * `others`, the other arguments too.
 */
export function argDepends(
  machine: Machine | undefined,
  syscall: number,
  index: number,
): 'none' | 'value' | 'others' {
  const reader = machine === undefined ? undefined : readersOf(machine, syscall)[index];
  if (reader === undefined) return 'none';
  return NEEDS_OTHERS.has(reader) ? 'others' : 'value';
}

/** A signal number by its name, or `unknown-signal(TEXT)`. */
export function signalWord(value: number, text: string): string {
  return (value < 32 ? words.SIGNALS[value] : undefined) ?? `unknown-signal(${text})`;
}

/** open(2) flags by their words. */
export function openFlags(value: number, text: string): string {
  const readOnly = (value & 3) === 0 ? 'O_RDONLY' : '';
  const rest = flagWords(value, words.OPEN_FLAGS);
  return [readOnly, rest].filter((part) => part !== '').join('|') || `0x${text}`;
}

/** mmap(2) flags by their words. */
export function mmapFlags(value: number, text: string): string {
  const file = (value & 0x0f) === 0 ? 'MAP_FILE' : '';
  const rest = flagWords(value, words.MMAP_FLAGS);
  return [file, rest].filter((part) => part !== '').join('|') || `0x${text}`;
}

/** A personality(2) by its word. */
export function personality(value: number, text: string): string {
  const word = words.PERSONALITIES[value & 0xff];
  if (word === undefined) return `unknown-personality(0x${text})`;
  return (value & 0x40000) === 0 ? word : `${word}|~ADDR_NO_RANDOMIZE`;
}

function valueOf(table: Words, unknown: (text: string) => string): ArgReader {
  return (value, text) => table[value] ?? unknown(text);
}

function flagsOf(table: FlagWords, value: number, text: string): string {
  return flagWords(value, table) || `0x${text}`;
}

function cloneFlags(value: number): string {
  const signal = value & 0xff;
  const signalName = signal > 0 && signal < 32 ? words.SIGNALS[signal] : undefined;
  const flags = flagWords(value, words.CLONE_FLAGS);
  return [flags, signalName ?? ''].filter((part) => part !== '').join('|') || `0x${value.toString(16)}`;
}

function protection(value: number, text: string, mask: number): string {
  if ((value & 0x7) === 0) return 'PROT_NONE';
  return flagsOf(words.PROT_FLAGS, value & mask, text);
}

function prctlArgument(option: number, value: number, text: string): string | undefined {
  if (option === 23 || option === 24) {
    return words.CAPABILITIES[value] ?? `unknown-capability(0x${text})`;
  }
  return option === 1 ? signalWord(value, `0x${text}`) : undefined;
}

function schedulerPolicy(value: number, text: string): string {
  const word = words.SCHED_POLICIES[value & 0x0f];
  if (word === undefined) return `unknown-scheduler-policy(0x${text})`;
  return (value & 0x40000000) === 0 ? word : `${word}|SCHED_RESET_ON_FORK`;
}

function ipcFlags(value: number): string {
  const flags = flagWords(value, words.IPC_FLAGS);
  const mode = shortMode(value & 0o777);
  return flags === '' ? mode : `${flags}|${mode}`;
}

const OPTION_TABLES: Readonly<Record<number, readonly [Words, string]>> = {
  0: [words.IP_OPTIONS, 'ipopt'],
  1: [words.SOCKET_OPTIONS, 'sockopt'],
  6: [words.TCP_OPTIONS, 'tcpopt'],
  17: [words.UDP_OPTIONS, 'udpopt'],
  41: [words.IP6_OPTIONS, 'ip6opt'],
  263: [words.PACKET_OPTIONS, 'pktopt'],
};

function socketOption(level: number, value: number, text: string): string | undefined {
  const table = OPTION_TABLES[level];
  return table === undefined ? undefined : (table[0][value] ?? `unknown-${table[1]}-name(0x${text})`);
}
