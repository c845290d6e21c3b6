import { errnoName, errnoText } from '../tables/errno.ts';
import { fieldClass, type FieldClass } from '../tables/field-classes.ts';
import { machineOfElf, type Machine } from '../tables/machines.ts';
import { BPF_LSM_ACCESS } from '../tables/record-types.ts';
import { RULE_LISTS } from '../tables/rule-words.generated.ts';
import { syscallName } from '../tables/syscalls.ts';
import * as words from '../tables/words.generated.ts';
import type { Enrichment } from './enrichment.ts';
import { escapeText, type EscapeMode } from './escape.ts';
import { flagWords } from './flags.ts';
import { decodeHex, decodeUntrusted, isHex } from './hex.ts';
import { fileMode, shortMode } from './mode.ts';
import { groupWord, userWord, type NameSource } from './names.ts';
import { hexToBigInt, low32, lowInt32 } from './numbers.ts';
import { interpretSockaddr } from './sockaddr.ts';
import { interpretArg, mmapFlags, openFlags, personality, signalWord } from './syscall-args.ts';
import { interpretTtyData } from './tty-data.ts';

const AVC = 1400;
const EXECVE = 1309;
const MQ_OPEN = 1312;
const NETFILTER_PKT = 1324;
const TRUSTED_APP = 1121;
const USER_TTY = 1124;
const CRYPTO_KEY_USER = 2404;
const GROUP_TYPES = new Set([1116, 1117, 1132]);
const KEY_SEPARATOR = '\x01';

/** What a value is read with: the record it stands in, and what this machine or auditd knows. */
export interface ValueContext {
  /** Architecture of the system call, as far as the record has told it. */
  machine: Machine | undefined;
  /** Number of the system call, or -1. */
  syscall: number;
  a0: number;
  a1: number;
  enrichment: Enrichment | undefined;
  readonly names: NameSource;
  readonly escape: EscapeMode;
}

/** The class of a field in a record of a type: the same name means different things in some of them. */
export function classOf(type: number, name: string, value: string): FieldClass {
  switch (name) {
    case 'saddr':
      if (type === AVC || type === BPF_LSM_ACCESS) return 'unclassified';
      if (type === NETFILTER_PKT) return 'addr';
      break;
    case 'msg':
      return type === USER_TTY ? 'escaped' : fieldClass(name);
    case 'acct':
      return value.charCodeAt(0) === 0x22 || isHex(value) ? 'escaped' : 'unclassified';
    case 'mode':
      if (type === MQ_OPEN) return 'mode_short';
      break;
    case 'uid':
    case 'auid':
      if (type === TRUSTED_APP) return 'unclassified';
      break;
    case 'fp':
      if (type === CRYPTO_KEY_USER) return 'unclassified';
      break;
    case 'id':
      if (GROUP_TYPES.has(type)) return 'gid';
      break;
    case 'cause':
    case 'dev':
      if (type === BPF_LSM_ACCESS) return 'escaped';
      break;
    default:
  }
  if (type === EXECVE && name.charCodeAt(0) === 0x61 && name !== 'argc' && !name.includes('_len'))
    return 'escaped';
  return fieldClass(name);
}

/** The value as `-i` prints it, escaped for output. */
export function interpretValue(kind: FieldClass, name: string, value: string, context: ValueContext): string {
  const known = context.enrichment?.get(name);
  if (known !== undefined && !known.startsWith('unknown-')) {
    return kind === 'uid' || kind === 'gid' ? decodeUntrusted(known) : known;
  }
  const text = readValue(kind, value, context);
  if (kind === 'escaped_key' && text.includes(KEY_SEPARATOR)) {
    return text
      .split(KEY_SEPARATOR)
      .map((key) => escapeText(key, context.escape))
      .join(KEY_SEPARATOR);
  }
  return escapeText(text, context.escape);
}

function readValue(kind: FieldClass, value: string, context: ValueContext): string {
  switch (kind) {
    case 'escaped':
    case 'escaped_file':
    case 'escaped_key':
      return decodeUntrusted(value);
    case 'uid':
      return withNumber(value, 10, (uid) => userWord(uid, context.names));
    case 'gid':
      return withNumber(value, 10, (gid) => groupWord(gid, context.names));
    case 'a0':
      return interpretArg(0, value, context);
    case 'a1':
      return interpretArg(1, value, context);
    case 'a2':
      return interpretArg(2, value, context);
    case 'a3':
      return interpretArg(3, value, context);
    case 'syscall':
      return syscallWord(context, value);
    case 'arch':
      return withNumber(value, 16, (elf) => archWord(elf, value));
    case 'exit':
      return exitWord(value);
    case 'session':
      return value === '4294967295' ? 'unset' : value;
    case 'proctitle':
      return proctitle(value);
    case 'mode':
      return withNumber(value, 8, fileMode);
    case 'sockaddr':
      return interpretSockaddr(value);
    default:
      return readRareValue(kind, value, context);
  }
}

function readRareValue(kind: FieldClass, value: string, context: ValueContext): string {
  switch (kind) {
    case 'success':
      return /^\d/.test(value) ? withNumber(value, 10, (n) => ['no', 'yes'][n] ?? 'unset') : value;
    case 'capability':
      return withNumber(value, 10, (n) => words.CAPABILITIES[n] ?? `unknown-capability(${value})`);
    case 'cap_bitmap':
      return capabilities(value);
    case 'perm':
      return withNumber(value, 10, permissions);
    case 'promisc':
      return withNumber(value, 10, (n) => (n === 0 ? 'no' : 'yes'));
    case 'signal':
      return withNumber(value, 10, (n) => signalWord(n, value));
    case 'list':
      return withNumber(value, 10, (n) => RULE_LISTS[n] ?? `unknown-list(${value})`);
    case 'tty_data':
      return interpretTtyData(value);
    case 'personality':
      return withNumber(value, 16, (n) => personality(n, value));
    case 'oflag':
      return withNumber(value, 16, (n) => openFlags(n, value));
    case 'mmap':
      return withNumber(value, 16, (n) => mmapFlags(n, value));
    case 'mode_short':
      return withNumber(value, 8, shortMode);
    default:
      return readNetworkValue(kind, value, context);
  }
}

function readNetworkValue(kind: FieldClass, value: string, context: ValueContext): string {
  switch (kind) {
    case 'nfproto':
      return withNumber(value, 10, (n) => words.NF_PROTOCOLS[n] ?? `unknown-netfilter-protocol(${value})`);
    case 'icmptype':
      return withNumber(value, 10, (n) => words.ICMP_TYPES[n] ?? `unknown-icmp-type(${value})`);
    case 'protocol':
      return withNumber(value, 10, (n) => context.names.protocol(n) ?? 'undefined protocol');
    case 'seccomp':
      return withNumber(
        value,
        16,
        (n) => words.SECCOMP_CODES[(n & 0xffff0000) >>> 0] ?? `unknown-seccomp-code(${value})`,
      );
    case 'hook':
      return withNumber(value, 16, (n) => words.INET_HOOKS[n] ?? `unknown-hook(${value})`);
    case 'netaction':
      return withNumber(value, 16, (n) => words.NET_ACTIONS[n] ?? `unknown-action(${value})`);
    case 'macproto':
      return withNumber(value, 16, (n) => (n === 0x0800 ? 'IP' : n === 0x0806 ? 'ARP' : 'UNKNOWN'));
    case 'ioctl_req':
      return withNumber(value, 16, (n) => words.IOCTL_REQUESTS[n] ?? `0x${n.toString(16)}`);
    case 'fanotify':
      return /^\d/.test(value)
        ? withNumber(value, 10, (n) => words.FANOTIFY_RESPONSES[n] ?? 'unknown')
        : value;
    case 'nlmcgrp':
      return withNumber(value, 10, (n) => words.NETLINK_GROUPS[n] ?? 'audit-none');
    case 'resolve':
      return withNumber(value, 16, (n) => flagWords(n, words.RESOLVE_FLAGS) || `0x${value}`);
    default:
      return value;
  }
}

function withNumber(value: string, base: 8 | 10 | 16, read: (number: number) => string): string {
  const number = low32(value, base);
  return number === undefined ? `conversion error(${value})` : read(number);
}

function archWord(elf: number, value: string): string {
  const machine = machineOfElf(elf);
  if (machine === undefined) return `unknown-elf-type(${value})`;
  return machine === 'arm' ? 'armeb' : machine;
}

function syscallWord(context: ValueContext, value: string): string {
  if (context.machine === undefined) return value;
  const name = syscallName(context.machine, context.syscall);
  if (name === undefined) return `unknown-syscall(${context.syscall})`;
  const calls = name === 'socketcall' ? words.SOCKET_CALLS : name === 'ipc' ? words.IPC_CALLS : undefined;
  const call = calls?.[context.a0];
  return call === undefined ? name : `${name}(${call})`;
}

function exitWord(value: string): string {
  if (value.charCodeAt(0) !== 0x2d) return value;
  const number = lowInt32(value, 10);
  if (number === undefined) return `conversion error(${value})`;
  if (number >= 0) return value;
  return `${errnoName(-number) ?? '(null)'}(${errnoText(-number)})`;
}

/** The arguments of a process, which NULs separate and blanks stand for. */
function proctitle(value: string): string {
  if (value.charCodeAt(0) === 0x22) return decodeUntrusted(value);
  const decoded = decodeHex(value, value.startsWith('00') ? 2 : 0);
  return decoded === undefined ? value : decoded.replaceAll('\0', ' ');
}

function permissions(bits: number): string {
  const all = bits === 0 ? 0xf : bits;
  return flagWords(
    all,
    [
      [4, 'read'],
      [2, 'write'],
      [1, 'exec'],
      [8, 'attr'],
    ],
    ',',
  );
}

function capabilities(value: string): string {
  const bits = hexToBigInt(value);
  const found: string[] = [];
  for (let i = 0; i <= 40; i += 1) {
    const word = words.CAPABILITIES[i];
    if (word !== undefined && (bits & (1n << BigInt(i))) !== 0n) found.push(word);
  }
  return found.length === 0 ? 'none' : found.join(',');
}
