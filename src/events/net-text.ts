import { isZero, writeIpv4, writeIpv6 } from '../audit/write/address.ts';
import type { ByteWriter } from '../audit/write/byte-writer.ts';
import { stringEnd, word, type Word } from '../audit/write/put.ts';
import { writeWord } from '../audit/write/untrusted.ts';
import { FORM, NET_AT, SIZE } from '../abi/abi.ts';
import { writeForm } from './object-text.ts';

/** `AF_*` of include/linux/socket.h */
const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;

const LADDR = word(' laddr=');
const LPORT = word(' lport=');
const FADDR = word(' faddr=');
const FPORT = word(' fport=');
const SADDR = word(' saddr=');
const SRC = word(' src=');
const DADDR = word(' daddr=');
const DEST = word(' dest=');
const PATH = word(' path=');
const NETIF = word(' netif=');

/**
 * Writes the `bpf_audit_net` at `at`: the socket, then the addresses, then the interface. Addresses that are
 * all zero and ports that are 0 are left out, as in security/lsm_audit.c.
 */
export function writeNet(out: ByteWriter, view: DataView, at: number, end: number): void {
  const socket = view.getUint16(at + NET_AT.sk_family, true);
  if (socket === AF_UNIX) {
    writeUnix(out, view, at, end);
  } else {
    writeEnd(out, socket, LADDR, LPORT, view, at + NET_AT.laddr, at + NET_AT.lport);
    writeEnd(out, socket, FADDR, FPORT, view, at + NET_AT.faddr, at + NET_AT.fport);
  }
  const family = view.getUint16(at + NET_AT.family, true);
  writeEnd(out, family, SADDR, SRC, view, at + NET_AT.saddr, at + NET_AT.sport);
  writeEnd(out, family, DADDR, DEST, view, at + NET_AT.daddr, at + NET_AT.dport);
  const name = at + NET_AT.netif_name;
  if (view.getUint8(name) === 0) return;
  out.word(NETIF);
  writeWord(out, view, name, stringEnd(view, name, name + 16));
}

function writeEnd(
  out: ByteWriter,
  family: number,
  addressName: Word,
  portName: Word,
  view: DataView,
  address: number,
  port: number,
): void {
  if (family === AF_INET && !isZero(view, address, 4)) {
    out.word(addressName);
    writeIpv4(out, view, address);
  } else if (family === AF_INET6 && !isZero(view, address, 16)) {
    out.word(addressName);
    writeIpv6(out, view, address);
  } else if (family !== AF_INET && family !== AF_INET6) {
    return;
  }
  const number = view.getUint16(port, false);
  if (number === 0) return;
  out.word(portName);
  out.decimal(number);
}

/** A path, or an address: an abstract one is always hex, as `audit_log_n_hex()` prints it. */
function writeUnix(out: ByteWriter, view: DataView, at: number, end: number): void {
  const from = at + SIZE.net;
  const form = view.getUint16(at + NET_AT.unix_form, true);
  if (form !== FORM.NONE) {
    out.word(PATH);
    writeForm(out, form, view.getUint16(at + NET_AT.unix_flags, true), view, at, from, end);
    return;
  }
  const length = Math.min(view.getUint32(at + NET_AT.unix_len, true), end - from);
  if (length <= 0) return;
  out.word(PATH);
  if (view.getUint8(from) === 0) out.hexBytes(view, from, from + length);
  else out.untrusted(view, from, stringEnd(view, from, from + length));
}
