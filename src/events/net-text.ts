import { isZero, writeIpv4, writeIpv6 } from '../audit/write/address.ts';
import { ascii, type ByteWriter } from '../audit/write/byte-writer.ts';
import { stringEnd, writeUntrusted, writeWord } from '../audit/write/untrusted.ts';
import { FORM, NET_AT, SIZE } from '../abi/abi.ts';
import { writeForm } from './object-text.ts';

/** `AF_*` of include/linux/socket.h */
const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;

const LADDR = ascii(' laddr=');
const LPORT = ascii(' lport=');
const FADDR = ascii(' faddr=');
const FPORT = ascii(' fport=');
const SADDR = ascii(' saddr=');
const SRC = ascii(' src=');
const DADDR = ascii(' daddr=');
const DEST = ascii(' dest=');
const PATH = ascii(' path=');
const NETIF = ascii(' netif=');

/**
 * Writes the `bpf_audit_net` at `at`: the socket, then the addresses, then the interface. Addresses that are
 * all zero and ports that are 0 are left out, as in security/lsm_audit.c.
 */
export function writeNet(out: ByteWriter, bytes: Uint8Array, view: DataView, at: number, end: number): void {
  const socket = view.getUint16(at + NET_AT.sk_family, true);
  if (socket === AF_UNIX) {
    writeUnix(out, bytes, view, at, end);
  } else {
    writeEnd(out, socket, LADDR, LPORT, bytes, view, at + NET_AT.laddr, at + NET_AT.lport);
    writeEnd(out, socket, FADDR, FPORT, bytes, view, at + NET_AT.faddr, at + NET_AT.fport);
  }
  const family = view.getUint16(at + NET_AT.family, true);
  writeEnd(out, family, SADDR, SRC, bytes, view, at + NET_AT.saddr, at + NET_AT.sport);
  writeEnd(out, family, DADDR, DEST, bytes, view, at + NET_AT.daddr, at + NET_AT.dport);
  const name = at + NET_AT.netif_name;
  if (bytes[name] === 0) return;
  out.bytes(NETIF);
  writeWord(out, bytes, name, stringEnd(bytes, name, name + 16));
}

function writeEnd(
  out: ByteWriter,
  family: number,
  addressName: Uint8Array,
  portName: Uint8Array,
  bytes: Uint8Array,
  view: DataView,
  address: number,
  port: number,
): void {
  if (family === AF_INET && !isZero(bytes, address, 4)) {
    out.bytes(addressName);
    writeIpv4(out, bytes, address);
  } else if (family === AF_INET6 && !isZero(bytes, address, 16)) {
    out.bytes(addressName);
    writeIpv6(out, bytes, address);
  } else if (family !== AF_INET && family !== AF_INET6) {
    return;
  }
  const number = view.getUint16(port, false);
  if (number === 0) return;
  out.bytes(portName);
  out.decimal(number);
}

/** A path, or an address: an abstract one is always hex, as `audit_log_n_hex()` prints it. */
function writeUnix(out: ByteWriter, bytes: Uint8Array, view: DataView, at: number, end: number): void {
  const from = at + SIZE.net;
  const form = view.getUint16(at + NET_AT.unix_form, true);
  if (form !== FORM.NONE) {
    out.bytes(PATH);
    writeForm(out, form, view.getUint16(at + NET_AT.unix_flags, true), bytes, view, at, from, end);
    return;
  }
  const length = Math.min(view.getUint32(at + NET_AT.unix_len, true), end - from);
  if (length <= 0) return;
  out.bytes(PATH);
  if (bytes[from] === 0) out.hexBytes(bytes, from, from + length);
  else writeUntrusted(out, bytes, from, stringEnd(bytes, from, from + length));
}
