import { readInt32, readUint16, readUint32, writeUint16, writeUint32 } from '../sys/host-order.ts';

/** Size of `struct nlmsghdr`: len u32, type u16, flags u16, seq u32, pid u32. */
export const HEADER_SIZE = 16;

const NLM_F_REQUEST = 1;
const NLM_F_ACK = 4;
const ERRNO_SIZE = 4;

/** One netlink message of a control conversation. */
export interface NetlinkMessage {
  /** `nlmsg_type`. */
  readonly type: number;
  /** `nlmsg_flags`. */
  readonly flags: number;
  /** `nlmsg_seq`: the number of the request this answers, 0 for what nobody asked for. */
  readonly sequence: number;
  /** The bytes after the header, without padding. A view: valid as long as the datagram's buffer is. */
  readonly payload: Uint8Array;
}

/**
 * A request with `NLM_F_REQUEST|NLM_F_ACK`: always acknowledged.
 *
 * `nlmsg_len` counts the payload as it is. libaudit counts its padding too, which the kernel would write into
 * a USER_TTY record as data.
 */
export function encodeRequest(type: number, sequence: number, payload: Uint8Array): Uint8Array {
  const length = HEADER_SIZE + payload.length;
  const bytes = new Uint8Array(length);
  writeUint32(bytes, 0, length);
  writeUint16(bytes, 4, type);
  writeUint16(bytes, 6, NLM_F_REQUEST | NLM_F_ACK);
  writeUint32(bytes, 8, sequence);
  bytes.set(payload, HEADER_SIZE);
  return bytes;
}

/**
 * The messages of one control datagram.
 *
 * Not for audit records: their `nlmsg_len` is not to be believed, see `decodeRecord`.
 *
 * @returns undefined when a header is cut off or its length does not fit: the datagram is malformed
 */
export function decodeMessages(datagram: Uint8Array): readonly NetlinkMessage[] | undefined {
  const messages: NetlinkMessage[] = [];
  let offset = 0;
  while (offset < datagram.length) {
    if (datagram.length - offset < HEADER_SIZE) return undefined;
    const length = readUint32(datagram, offset);
    if (length < HEADER_SIZE || length > datagram.length - offset) return undefined;
    messages.push({
      type: readUint16(datagram, offset + 4),
      flags: readUint16(datagram, offset + 6),
      sequence: readUint32(datagram, offset + 8),
      payload: datagram.subarray(offset + HEADER_SIZE, offset + length),
    });
    offset += (length + 3) & ~3;
  }
  return messages;
}

/**
 * The number in an `NLMSG_ERROR` payload (`struct nlmsgerr`): 0 is an ack, negative is `-errno`.
 *
 * A **positive** number is an answer, not an error: the counter's old value after a reset of `lost` or of
 * `backlog_wait_time_actual`.
 *
 * @returns undefined when the payload is too short to hold one
 */
export function decodeErrorNumber(payload: Uint8Array): number | undefined {
  return payload.length < ERRNO_SIZE ? undefined : readInt32(payload, 0);
}
