import { HEADER_SIZE } from './message.ts';
import { readUint16 } from '../sys/host-order.ts';

/**
 * Audit records that arrived together. Record `i` is `bytes[starts[i] .. ends[i])`, for `i < length`.
 *
 * The payload begins with `audit(SECONDS.MILLI:SERIAL): `; what auditd puts before it (`node=`, `type=`,
 * `msg=`) has been taken off, a closing NUL or newline too. A record that came through auditd may carry its
 * enrichment, after a 0x1d byte.
 *
 * Everything here is reused: it is valid until the next batch is asked for. Copy what must live longer. Only
 * the first `length` entries of each array mean anything.
 *
 * @example
 * ```ts
 * for (let i = 0; i < batch.length; i++) {
 *   onRecord(batch.types[i], batch.bytes, batch.starts[i], batch.ends[i], batch.receivedAtMs);
 * }
 * ```
 */
export interface AuditRecordBatch {
  /** Holds all payloads, and other bytes between them. */
  readonly bytes: Buffer;
  /** Number of records. */
  readonly length: number;
  /** Message type of each record: 1300 is SYSCALL. */
  readonly types: Uint16Array;
  /** Where each payload begins. */
  readonly starts: Uint32Array;
  /** Where each payload ends. */
  readonly ends: Uint32Array;
  /** Where the node name begins, of records that auditd marked with `node=`; equal to the end if none. */
  readonly nodeStarts: Uint32Array;
  /** Where the node name ends. */
  readonly nodeEnds: Uint32Array;
  /** When the batch was read, in milliseconds of the clock the source was given. */
  readonly receivedAtMs: number;
}

/** A batch that a source fills, hands out, clears and fills again. */
export class RecordBatch implements AuditRecordBatch {
  bytes: Buffer;
  length = 0;
  readonly types: Uint16Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly nodeStarts: Uint32Array;
  readonly nodeEnds: Uint32Array;
  receivedAtMs = 0;

  /** @param capacity - most records it can hold */
  constructor(bytes: Buffer, capacity: number) {
    this.bytes = bytes;
    this.types = new Uint16Array(capacity);
    this.starts = new Uint32Array(capacity);
    this.ends = new Uint32Array(capacity);
    this.nodeStarts = new Uint32Array(capacity);
    this.nodeEnds = new Uint32Array(capacity);
  }

  /** Whether no further record fits. */
  get full(): boolean {
    return this.length === this.types.length;
  }

  /** Appends a record; the caller has checked {@link full}. */
  push(type: number, start: number, end: number, nodeStart = 0, nodeEnd = 0): void {
    const index = this.length;
    this.types[index] = type;
    this.starts[index] = start;
    this.ends[index] = end;
    this.nodeStarts[index] = nodeStart;
    this.nodeEnds[index] = nodeEnd;
    this.length = index + 1;
  }
}

/** Text of one record, for diagnostics and tests; the hot path reads the bytes. */
export function recordText(batch: AuditRecordBatch, index: number): string {
  return batch.bytes.toString('utf8', batch.starts[index], batch.ends[index]);
}

/** Type of the netlink datagram at `offset`; the caller has checked that a header is there. */
export function datagramType(bytes: Uint8Array, offset: number): number {
  return readUint16(bytes, offset + 4);
}

/**
 * Appends the record in one datagram.
 *
 * The length is taken from what was received, never from `nlmsg_len`: in records sent to the registered
 * daemon the kernel counts only the payload there (kernel/audit.c, `audit_log_end`: "length quirks"), in
 * multicast copies the header too.
 *
 * @param start - where the datagram begins in `batch.bytes`
 * @param end - where the received bytes end
 * @returns false when it is too short to hold a header and any text
 */
export function pushDatagram(batch: RecordBatch, start: number, end: number): boolean {
  let payloadEnd = end;
  while (payloadEnd > start + HEADER_SIZE && isPadding(batch.bytes[payloadEnd - 1])) payloadEnd--;
  if (payloadEnd <= start + HEADER_SIZE) return false;
  batch.push(datagramType(batch.bytes, start), start + HEADER_SIZE, payloadEnd);
  return true;
}

function isPadding(byte: number | undefined): boolean {
  return byte === 0 || byte === 0x0a;
}
