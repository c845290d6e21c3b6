import { ascii, type ByteWriter } from '../audit/write/byte-writer.ts';
import { writeIpv6 } from '../audit/write/address.ts';
import { stringEnd, writeUntrusted, writeWord } from '../audit/write/untrusted.ts';
import { writeCustom } from './custom-text.ts';
import { FIELD, IB_AT, SIZE, TASK_AT } from '../abi/abi.ts';
import { writeNet } from './net-text.ts';
import { writeDevice, writeObjectString } from './object-text.ts';

const SPACE = 32;
const CAUSE = ascii(' cause=');
const CAPABILITY = ascii(' capability=');
const PATH = ascii(' path=');
const NAME = ascii(' name=');
const IOCTLCMD = ascii(' ioctlcmd=0x');
const OPID = ascii(' opid=');
const OCOMM = ascii(' ocomm=');
const KEY_SERIAL = ascii(' key_serial=');
const KEY_DESC = ascii(' key_desc=');
const IPC_KEY = ascii(' ipc_key=');
const KMOD = ascii(' kmod=');
const ANONCLASS = ascii(' anonclass=');
const LOCKDOWN_REASON = ascii(' lockdown_reason=');
const NL_MSGTYPE = ascii(' nl-msgtype=');
const PKEY = ascii(' pkey=0x');
const SUBNET_PREFIX = ascii(' subnet_prefix=');
const DEVICE = ascii(' device=');
const PORT_NUM = ascii(' port_num=');

/**
 * Writes one field as `audit_log_lsm_data()` of security/lsm_audit.c does, with the space in front; a
 * capability and an IPC key end in a space too, as they do in the kernel.
 *
 * @param type - `enum bpf_audit_field_type`; unknown types write nothing
 * @param value - the small payload in the field's head
 * @param at - offset of the payload in `bytes` and `view`
 * @param length - bytes of payload
 */
export function writeField(
  out: ByteWriter,
  type: number,
  value: number,
  bytes: Uint8Array,
  view: DataView,
  at: number,
  length: number,
): void {
  const end = at + length;
  switch (type) {
    case FIELD.CAUSE:
      return writeString(out, CAUSE, bytes, at, end);
    case FIELD.CAP:
      if (length >= 4) writeSpaced(out, CAPABILITY, view.getInt32(at, true));
      return;
    case FIELD.IPC:
      if (length >= 4) writeSpaced(out, IPC_KEY, view.getInt32(at, true));
      return;
    case FIELD.PATH:
    case FIELD.FILE:
    case FIELD.IOCTL_OP:
    case FIELD.DENTRY:
    case FIELD.INODE:
      if (length >= SIZE.object) writeObject(out, type, value, bytes, view, at, end);
      return;
    case FIELD.TASK:
      if (length >= SIZE.task) writeTask(out, bytes, view, at);
      return;
    case FIELD.NET:
      if (length >= SIZE.net) writeNet(out, bytes, view, at, end);
      return;
    case FIELD.U64:
    case FIELD.S64:
    case FIELD.HEX:
    case FIELD.STR:
      if (length >= SIZE.custom) writeCustom(out, type, bytes, view, at, end);
      return;
    default:
      writeRareField(out, type, value, bytes, view, at, end);
  }
}

function writeString(out: ByteWriter, name: Uint8Array, bytes: Uint8Array, at: number, end: number): void {
  out.bytes(name);
  writeUntrusted(out, bytes, at, end);
}

function writeSpaced(out: ByteWriter, name: Uint8Array, number: number): void {
  out.bytes(name);
  out.signed(number);
  out.byte(SPACE);
}

function writeObject(
  out: ByteWriter,
  type: number,
  value: number,
  bytes: Uint8Array,
  view: DataView,
  at: number,
  end: number,
): void {
  writeObjectString(out, type === FIELD.DENTRY || type === FIELD.INODE ? NAME : PATH, bytes, view, at, end);
  writeDevice(out, bytes, view, at);
  if (type !== FIELD.IOCTL_OP) return;
  out.bytes(IOCTLCMD);
  out.hex(value);
}

/** Nothing at all for a thread group without a pid, as in the kernel. */
function writeTask(out: ByteWriter, bytes: Uint8Array, view: DataView, at: number): void {
  const tgid = view.getInt32(at + TASK_AT.tgid, true);
  if (tgid === 0) return;
  out.bytes(OPID);
  out.signed(tgid);
  const comm = at + TASK_AT.comm;
  writeString(out, OCOMM, bytes, comm, stringEnd(bytes, comm, comm + 16));
}

/** The kinds that the kernel series left out. */
function writeRareField(
  out: ByteWriter,
  type: number,
  value: number,
  bytes: Uint8Array,
  view: DataView,
  at: number,
  end: number,
): void {
  if (type === FIELD.KMOD) return writeString(out, KMOD, bytes, at, end);
  if (type === FIELD.ANONINODE) {
    out.bytes(ANONCLASS);
    writeWord(out, bytes, at, end);
    return;
  }
  if (end - at < 4) return;
  if (type === FIELD.KEY) {
    out.bytes(KEY_SERIAL);
    out.decimal(view.getUint32(at, true));
    if (value === 1) writeString(out, KEY_DESC, bytes, at + 4, end);
  } else if (type === FIELD.LOCKDOWN) {
    writeLockdown(out, value, bytes, view, at, end);
  } else if (type === FIELD.NLMSGTYPE) {
    out.bytes(NL_MSGTYPE);
    out.decimal(view.getUint16(at, true));
  } else if (type === FIELD.IBPKEY && end - at >= SIZE.ib) {
    out.bytes(PKEY);
    out.hex(view.getUint32(at + IB_AT.pkey, true));
    out.bytes(SUBNET_PREFIX);
    const prefix = new Uint8Array(16);
    prefix.set(bytes.subarray(at + IB_AT.subnet_prefix, at + IB_AT.subnet_prefix + 8));
    writeIpv6(out, prefix, 0);
  } else if (type === FIELD.IBENDPORT && end - at >= SIZE.ib) {
    out.bytes(DEVICE);
    writeWord(out, bytes, at + SIZE.ib, end);
    out.bytes(PORT_NUM);
    out.decimal(view.getUint32(at + IB_AT.port, true));
  }
}

/** The kernel's texts hold spaces and stand in quotes; without a text the number stands alone. */
function writeLockdown(
  out: ByteWriter,
  value: number,
  bytes: Uint8Array,
  view: DataView,
  at: number,
  end: number,
): void {
  out.bytes(LOCKDOWN_REASON);
  if (value !== 1) {
    out.signed(view.getInt32(at, true));
    return;
  }
  for (let i = at + 4; i < end; i++) {
    const byte = bytes[i]!;
    if (byte === 0x22 || byte < 0x20 || byte > 0x7e) return writeUntrusted(out, bytes, at + 4, end);
  }
  out.byte(0x22);
  out.slice(bytes, at + 4, end);
  out.byte(0x22);
}
