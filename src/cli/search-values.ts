import { errnoNumber } from '../audit/tables/errno.ts';
import { ELF_ARCHES, MACHINES, type Machine } from '../audit/tables/machines.ts';
import type { SystemNames } from '../query/input/local-knowledge.ts';
import type { Effect } from '../query/items/bpf-records.ts';
import type { UserCondition } from '../query/search/query.ts';
import { callError } from './option-table.ts';

/** Finds the numbers of users and groups. */
export type Ids = Pick<SystemNames, 'userId' | 'groupId'>;

/** `deny`, `would-deny`, `allow`, or the negative number of an error. @throws E_USAGE. */
export function verdict(value: string): Effect | number {
  if (value === 'deny' || value === 'would-deny' || value === 'allow') return value;
  const errno = errnoNumber(value.replace(/^-/, ''));
  return errno === undefined ? integer(value, 'verdict') : -errno;
}

/** The ELF number of an architecture, `b64` or `b32`. @throws E_USAGE. */
export function elfOf(value: string, native: Machine): number {
  const name =
    value === 'b64' || value === 'b32' ? wordSize(value, native) : value.replace(/^i[456]86$/, 'i386');
  const machine = MACHINES.find((known) => known === name);
  const elf = machine === undefined ? undefined : ELF_ARCHES[machine];
  if (elf === undefined) throw callError(`unknown arch ${value}`);
  return elf;
}

function wordSize(size: 'b32' | 'b64', native: Machine): string {
  if (size === 'b64') return native;
  const small: Readonly<Record<string, string>> = {
    x86_64: 'i386',
    aarch64: 'arm',
    ppc64: 'ppc',
    s390x: 's390',
  };
  return small[native] ?? native;
}

/** A user by number or by a name of this machine. @throws E_USAGE. */
export function user(value: string, names: Ids): UserCondition {
  if (value === 'unset') return { uid: -1, name: undefined };
  if (/^-?\d+$/.test(value)) return { uid: Number(value) | 0, name: undefined };
  const uid = names.userId(value);
  if (uid === undefined) throw callError(`user ${value} is not a number and unknown here`);
  return { uid, name: value };
}

/** A group by number or by a name of this machine. @throws E_USAGE. */
export function group(value: string, names: Ids): number {
  if (/^\d+$/.test(value)) return Number(value);
  const gid = names.groupId(value);
  if (gid === undefined) throw callError(`group ${value} is not a number and unknown here`);
  return gid;
}

/** An exit code by number or by the name of an error. @throws E_USAGE. */
export function exitCode(value: string): number {
  if (/^-?(0x[0-9a-f]+|\d+)$/i.test(value))
    return value.startsWith('-') ? -Number(value.slice(1)) : Number(value);
  const errno = errnoNumber(value.replace(/^-/, ''));
  if (errno === undefined) throw callError(`unknown errno ${value}`);
  return value.startsWith('-') ? -errno : errno;
}

/** A number that is not negative. @throws E_USAGE. */
export function count(value: string, what: string): number {
  if (!/^\d+$/.test(value)) throw callError(`${what} must be a number, was ${value}`);
  return Number(value);
}

/** A number. @throws E_USAGE. */
export function integer(value: string, what: string): number {
  if (!/^-?\d+$/.test(value)) throw callError(`${what} must be a number, was ${value}`);
  return Number(value);
}

/** One of some words. @throws E_USAGE with all of them. */
export function oneOf<T extends string>(value: string, known: readonly T[], what: string): T {
  const found = known.find((word) => word === value);
  if (found === undefined) throw callError(`unknown ${what} ${value}; expected one of: ${known.join(' ')}`);
  return found;
}
