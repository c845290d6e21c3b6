import { ADDRESS_FAMILIES } from '../tables/words.generated.ts';
import { decodeHex, untilNul } from './hex.ts';

const AF_LOCAL = 1;
const AF_INET = 2;
const AF_INET6 = 10;
const AF_NETLINK = 16;
const SIZEOF_SOCKADDR_IN = 16;
const SIZEOF_SOCKADDR_IN6 = 28;
const SIZEOF_SOCKADDR_NL = 12;

/** What a `saddr=` says: the family, and for the families that have them an address, a port or a path. */
export interface SocketAddress {
  /** The word for the family, such as `inet`, or undefined if it is none we know. */
  readonly family: string | undefined;
  readonly familyNumber: number;
  readonly address?: string;
  readonly port?: number;
  readonly path?: string;
}

/** Decodes the hexadecimal of a `struct sockaddr` of a little-endian machine; undefined if it is none. */
export function decodeSockaddr(hex: string): SocketAddress | undefined {
  const bytes = sockaddrBytes(hex);
  if (bytes === undefined) return undefined;
  const familyNumber = byte(bytes, 0) | (byte(bytes, 1) << 8);
  const base = { family: ADDRESS_FAMILIES[familyNumber], familyNumber };
  if (familyNumber === AF_INET && bytes.length >= SIZEOF_SOCKADDR_IN) {
    return { ...base, address: ipv4(bytes, 4), port: port(bytes) };
  }
  if (familyNumber === AF_INET6 && bytes.length >= SIZEOF_SOCKADDR_IN6) {
    return { ...base, address: ipv6(bytes, 8), port: port(bytes) };
  }
  if (familyNumber === AF_LOCAL) return { ...base, path: localPath(bytes) };
  return base;
}

/** What `-i` prints for a `saddr=`: `{ saddr_fam=inet laddr=127.0.0.1 lport=80 }`. */
export function interpretSockaddr(hex: string): string {
  const bytes = sockaddrBytes(hex);
  if (bytes === undefined) return `malformed-host(${hex})`;
  const family = byte(bytes, 0) | (byte(bytes, 1) << 8);
  const word = ADDRESS_FAMILIES[family];
  if (word === undefined) return `unknown-family(${family})`;
  return `{ saddr_fam=${word} ${sockaddrDetail(family, bytes, Math.floor(hex.length / 2))} }`;
}

function sockaddrDetail(family: number, bytes: string, sizeBytes: number): string {
  switch (family) {
    case AF_LOCAL:
      return byte(bytes, 2) === 0 && byte(bytes, 3) === 0 && sizeBytes <= 3
        ? 'unnamed socket'
        : localDetail(bytes, sizeBytes);
    case AF_INET:
      if (sizeBytes < SIZEOF_SOCKADDR_IN) return 'sockaddr len too short';
      return `laddr=${ipv4(bytes, 4)} lport=${port(bytes)}`;
    case AF_INET6:
      if (sizeBytes < SIZEOF_SOCKADDR_IN6) return 'sockaddr6 len too short';
      return `laddr=${ipv6(bytes, 8)} lport=${port(bytes)}`;
    case AF_NETLINK:
      if (sizeBytes < SIZEOF_SOCKADDR_NL) return 'len too short';
      return `nlnk-fam=${uint(bytes, 0, 2)} nlnk-pid=${uint(bytes, 4, 4)}`;
    default:
      return '(unsupported)';
  }
}

function localDetail(bytes: string, sizeBytes: number): string {
  if (sizeBytes <= 2) return 'unnamed socket';
  return `path=${localPath(bytes)}`;
}

/** An abstract name begins with a NUL, which is not shown. */
function localPath(bytes: string): string {
  return untilNul(byte(bytes, 2) === 0 ? bytes.slice(3) : bytes.slice(2));
}

function sockaddrBytes(hex: string): string | undefined {
  return decodeHex(hex);
}

function byte(bytes: string, at: number): number {
  return at < bytes.length ? bytes.charCodeAt(at) : 0;
}

function uint(bytes: string, at: number, size: number): number {
  let value = 0;
  for (let i = size - 1; i >= 0; i -= 1) value = value * 256 + byte(bytes, at + i);
  return value;
}

function port(bytes: string): number {
  return (byte(bytes, 2) << 8) | byte(bytes, 3);
}

function ipv4(bytes: string, at: number): string {
  return `${byte(bytes, at)}.${byte(bytes, at + 1)}.${byte(bytes, at + 2)}.${byte(bytes, at + 3)}`;
}

/** inet_ntop(3): the longest run of at least two zero groups is left out, mapped addresses end in dots. */
function ipv6(bytes: string, at: number): string {
  const groups = Array.from(
    { length: 8 },
    (_, i) => (byte(bytes, at + 2 * i) << 8) | byte(bytes, at + 2 * i + 1),
  );
  const run = longestZeroRun(groups);
  const mapped = run.start === 0 && (run.length === 6 || (run.length === 5 && groups[5] === 0xffff));
  if (mapped && !(run.length === 7)) {
    const head = run.length === 6 ? '::' : '::ffff:';
    return head + ipv4(bytes, at + 12);
  }
  const words = groups.map((group) => group.toString(16));
  if (run.length < 2) return words.join(':');
  return `${words.slice(0, run.start).join(':')}::${words.slice(run.start + run.length).join(':')}`;
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: -1, length: 0 };
  for (let i = 0; i < groups.length; i += 1) {
    let length = 0;
    while (groups[i + length] === 0) length += 1;
    if (length > best.length) best = { start: i, length };
    i += length;
  }
  return best;
}
