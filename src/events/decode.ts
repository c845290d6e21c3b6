import {
  CONTEXT,
  CUSTOM_AT,
  EVENT_AT,
  FIELD,
  FORM,
  IB_AT,
  NET_AT,
  OBJECT,
  OBJECT_AT,
  SIZE,
  TASK_AT,
  missingNames,
} from '../abi/abi.ts';
import { writeIpv4, writeIpv6, isZero } from '../audit/write/address.ts';
import { ByteWriter } from '../audit/write/byte-writer.ts';
import { stringEnd } from '../audit/write/untrusted.ts';
import { fieldsOf, type FieldRef } from './fields.ts';
import { formString, objectString } from './object-text.ts';
import { isCustomName } from './custom-text.ts';
import { number64 } from './losses.ts';

/** A value of a decoded record. */
export type EventValue =
  | string
  | number
  | bigint
  | boolean
  | readonly EventValue[]
  | { readonly [name: string]: EventValue };

/**
 * An event as an object, for JSON and for programs: names are those of audit, strings are decoded as UTF-8.
 * What was not observed is absent.
 */
export type DecodedEvent = { [name: string]: EventValue };

/** include/linux/socket.h */
const AF_UNIX = 1;

const decoder = new TextDecoder();

/** Decodes the event chunk at `at` with the fields that came apart. */
export function decodeEvent(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  more: readonly FieldRef[],
  progId: number = view.getUint32(at + EVENT_AT.prog_id, true),
): DecodedEvent {
  const event = decodeSubject(bytes, view, at, progId);
  const fields = [...fieldsOf(bytes, view, at), ...more].sort((a, b) => a.order - b.order);
  for (const field of fields) decodeField(event, field);
  const missing = view.getUint32(at + EVENT_AT.missing, true);
  if (missing !== 0) {
    event['truncated'] = missingNames(missing);
  }
  return event;
}

/** Numbers of the task, in the order in which they are told. */
const TASK_NUMBERS = [
  'tgid',
  'tid',
  'ppid',
  'auid',
  'ses',
  'uid',
  'gid',
  'euid',
  'suid',
  'fsuid',
  'egid',
  'sgid',
  'fsgid',
] as const;

function decodeSubject(bytes: Uint8Array, view: DataView, at: number, progId: number): DecodedEvent {
  const u32 = (offset: number): number => view.getUint32(at + offset, true);
  const context = u32(EVENT_AT.context);
  const event: DecodedEvent = {};
  if (progId !== 0) event['prog_id'] = progId;
  event['seq'] = number64(view, at + EVENT_AT.seq);
  for (const name of TASK_NUMBERS) {
    event[name === 'tgid' ? 'pid' : name] = u32(EVENT_AT[name]);
  }
  event['comm'] = text(bytes, at + EVENT_AT.comm, at + EVENT_AT.comm + 16);
  const tty = text(bytes, at + EVENT_AT.tty, at + EVENT_AT.tty + 32);
  if (tty !== '') event['tty'] = tty;
  if (number64(view, at + EVENT_AT.exe_ino) !== 0) {
    event['exe_inode'] = number64(view, at + EVENT_AT.exe_ino);
    event['exe_dev'] = deviceNumber(u32(EVENT_AT.exe_dev));
  }
  event['cgroup'] = number64(view, at + EVENT_AT.cgroup);
  if ((context & CONTEXT.SYSCALL) !== 0) {
    event['arch'] = u32(EVENT_AT.arch).toString(16);
    event['syscall'] = view.getInt32(at + EVENT_AT.syscall, true);
    for (let i = 0; i < 4; i++)
      event[`a${i}`] = view.getBigUint64(at + EVENT_AT.args + 8 * i, true).toString(16);
  } else if ((context & CONTEXT.URING) !== 0) {
    event['uring_op'] = view.getInt32(at + EVENT_AT.syscall, true);
  }
  if ((context & CONTEXT.VERDICT) !== 0) event['verdict'] = view.getInt32(at + EVENT_AT.verdict, true);
  if ((context & CONTEXT.MONITOR) !== 0) event['permissive'] = true;
  return event;
}

/** `major:minor` in hex, as PATH records print it. */
function deviceNumber(dev: number): string {
  const parts = [dev >>> 20, dev & 0xfffff];
  return parts.map((part) => part.toString(16).padStart(2, '0')).join(':');
}

/** Bytes of payload below which a field of a type says nothing. */
const LEAST: Readonly<Record<number, number>> = {
  [FIELD.CAP]: 4,
  [FIELD.TASK]: SIZE.task,
  [FIELD.KEY]: 4,
  [FIELD.IPC]: 4,
  [FIELD.LOCKDOWN]: 4,
  [FIELD.NLMSGTYPE]: 4,
  [FIELD.IBPKEY]: SIZE.ib,
  [FIELD.IBENDPORT]: SIZE.ib,
  [FIELD.U64]: SIZE.custom,
  [FIELD.S64]: SIZE.custom,
  [FIELD.HEX]: SIZE.custom,
  [FIELD.STR]: SIZE.custom,
};

function decodeField(event: DecodedEvent, field: FieldRef): void {
  const { type, bytes, view, at, length } = field;
  const end = at + length;
  if (length < (LEAST[type] ?? 0)) return;
  switch (type) {
    case FIELD.CAUSE:
      event['cause'] = text(bytes, at, end);
      return;
    case FIELD.CAP:
      event['capability'] = view.getInt32(at, true);
      return;
    case FIELD.PATH:
    case FIELD.FILE:
    case FIELD.IOCTL_OP:
    case FIELD.DENTRY:
    case FIELD.INODE:
      return decodeObject(event, field);
    case FIELD.TASK:
      event['opid'] = view.getInt32(at + TASK_AT.tgid, true);
      event['ocomm'] = text(bytes, at + TASK_AT.comm, at + TASK_AT.comm + 16);
      return;
    case FIELD.NET:
      return decodeNet(event, field);
    case FIELD.U64:
    case FIELD.S64:
    case FIELD.HEX:
    case FIELD.STR:
      return decodeCustom(event, field);
    default:
      decodeRare(event, field, end);
  }
}

function decodeObject(event: DecodedEvent, field: FieldRef): void {
  const { type, value, bytes, view, at, length } = field;
  if (length < SIZE.object) return;
  const named = type === FIELD.DENTRY || type === FIELD.INODE;
  const form = view.getUint16(at + OBJECT_AT.form, true);
  if (form !== FORM.NONE)
    event[named ? 'name' : 'path'] = decoder.decode(objectString(bytes, view, at, at + length));
  if ((view.getUint16(at + OBJECT_AT.flags, true) & OBJECT.INODE) !== 0) {
    event['dev'] = text(bytes, at + OBJECT_AT.sid, at + OBJECT_AT.sid + 32);
    event['ino'] = number64(view, at + OBJECT_AT.ino);
  }
  if (type === FIELD.IOCTL_OP) event['ioctlcmd'] = value;
}

function decodeNet(event: DecodedEvent, field: FieldRef): void {
  const { bytes, view, at, length } = field;
  if (length < SIZE.net) return;
  const sides = [
    ['laddr', 'lport', NET_AT.sk_family, NET_AT.laddr, NET_AT.lport],
    ['faddr', 'fport', NET_AT.sk_family, NET_AT.faddr, NET_AT.fport],
    ['saddr', 'src', NET_AT.family, NET_AT.saddr, NET_AT.sport],
    ['daddr', 'dest', NET_AT.family, NET_AT.daddr, NET_AT.dport],
  ] as const;
  for (const [address, port, family, addressAt, portAt] of sides) {
    const written = addressText(view.getUint16(at + family, true), bytes, at + addressAt);
    if (written === undefined) continue;
    if (written !== '') event[address] = written;
    const number = view.getUint16(at + portAt, false);
    if (number !== 0) event[port] = number;
  }
  if (view.getUint16(at + NET_AT.sk_family, true) === AF_UNIX) decodeUnix(event, field);
  const netif = text(bytes, at + NET_AT.netif_name, at + NET_AT.netif_name + 16);
  if (netif !== '') event['netif'] = netif;
}

/** Empty for an address of zeros, undefined for a family that is not IP. */
function addressText(family: number, bytes: Uint8Array, at: number): string | undefined {
  const out = new ByteWriter(64);
  if (family === 2) {
    if (!isZero(bytes, at, 4)) writeIpv4(out, bytes, at);
  } else if (family === 10) {
    if (!isZero(bytes, at, 16)) writeIpv6(out, bytes, at);
  } else {
    return undefined;
  }
  return decoder.decode(out.view);
}

function decodeCustom(event: DecodedEvent, field: FieldRef): void {
  const { type, bytes, view, at, length } = field;
  const nameEnd = stringEnd(bytes, at, at + 32);
  if (length < SIZE.custom || !isCustomName(bytes, at, nameEnd)) return;
  const name = text(bytes, at, nameEnd);
  if (Object.hasOwn(event, name)) return;
  if (type === FIELD.STR) event[name] = decoder.decode(bytes.subarray(at + SIZE.custom, at + length));
  else if (type === FIELD.S64) event[name] = narrow(view.getBigInt64(at + CUSTOM_AT.value, true));
  else event[name] = narrow(view.getBigUint64(at + CUSTOM_AT.value, true));
}

/** A number as long as it is exact, as JSON readers expect. */
function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function decodeRare(event: DecodedEvent, field: FieldRef, end: number): void {
  const { type, value, bytes, view, at } = field;
  if (type === FIELD.KMOD) event['kmod'] = text(bytes, at, end);
  else if (type === FIELD.ANONINODE) event['anonclass'] = text(bytes, at, end);
  else if (type === FIELD.IPC) event['ipc_key'] = view.getInt32(at, true);
  else if (type === FIELD.NLMSGTYPE) event['nl-msgtype'] = view.getUint16(at, true);
  else if (type === FIELD.KEY) {
    event['key_serial'] = view.getUint32(at, true);
    if (value === 1) event['key_desc'] = text(bytes, at + 4, end);
  } else if (type === FIELD.LOCKDOWN) {
    event['lockdown_reason'] = value === 1 ? text(bytes, at + 4, end) : view.getInt32(at, true);
  } else if (type === FIELD.IBPKEY) {
    event['pkey'] = view.getUint32(at + IB_AT.pkey, true);
    const prefix = new Uint8Array(16);
    prefix.set(bytes.subarray(at + IB_AT.subnet_prefix, at + IB_AT.subnet_prefix + 8));
    const out = new ByteWriter(64);
    writeIpv6(out, prefix, 0);
    event['subnet_prefix'] = decoder.decode(out.view);
  } else if (type === FIELD.IBENDPORT) {
    event['device'] = text(bytes, at + SIZE.ib, end);
    event['port_num'] = view.getUint32(at + IB_AT.port, true);
  }
}

/** A path as a string; an address without one in hex, as the record has it. */
function decodeUnix(event: DecodedEvent, field: FieldRef): void {
  const { bytes, view, at, length } = field;
  const from = at + SIZE.net;
  const end = at + length;
  const form = view.getUint16(at + NET_AT.unix_form, true);
  if (form !== FORM.NONE) {
    const flags = view.getUint16(at + NET_AT.unix_flags, true);
    event['path'] = decoder.decode(formString(form, flags, bytes, view, at, from, end));
    return;
  }
  const size = Math.min(view.getUint32(at + NET_AT.unix_len, true), end - from);
  if (size <= 0) return;
  const address = bytes.subarray(from, from + size);
  event['path'] =
    address[0] === 0 ? Buffer.from(address).toString('hex').toUpperCase() : text(bytes, from, from + size);
}

function text(bytes: Uint8Array, from: number, to: number): string {
  return decoder.decode(bytes.subarray(from, stringEnd(bytes, from, to)));
}
