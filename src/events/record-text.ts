import { ascii, type ByteWriter } from '../audit/write/byte-writer.ts';
import { stringEnd, writeUntrusted } from '../audit/write/untrusted.ts';
import { CONTEXT, EVENT_AT, FIELD_AT, missingNames, SIZE } from '../abi/abi.ts';
import type { FieldRef } from './fields.ts';
import { writeField } from './field-text.ts';

const PROG_ID = ascii('prog-id=');
const UNKNOWN = ascii('?');
const PID = ascii(' pid=');
const COMM = ascii(' comm=');
const VERDICT = ascii(' verdict=');
const PERMISSIVE = ascii(' permissive=1');
const TRUNCATED = ascii(' truncated=');

/**
 * Writes the body of a BPF_LSM_ACCESS record, what follows `audit(...): `, byte for byte as the kernel series
 * writes it. Ours alone are `verdict=` if the policy recorded one, `permissive=1` if that was not enforced, the
 * name and version of the policy and, last, `truncated=` with the fields that were lost or cut on the way.
 *
 * @param bytes - memory that holds the event chunk at `at`
 * @param view - the same memory
 * @param more - the fields that travelled in chunks of their own
 * @param progId - id of the program, 0 if it is not known
 * @param policy - the policy as text, if it is known
 */
export function writeRecordBody(
  out: ByteWriter,
  bytes: Uint8Array,
  view: DataView,
  at: number,
  more: readonly FieldRef[],
  progId: number = view.getUint32(at + EVENT_AT.prog_id, true),
  policy?: Uint8Array,
): void {
  out.reserve(512);
  out.bytes(PROG_ID);
  if (progId === 0) out.bytes(UNKNOWN);
  else out.decimal(progId);
  out.bytes(PID);
  out.decimal(view.getUint32(at + EVENT_AT.tgid, true));
  out.bytes(COMM);
  const comm = at + EVENT_AT.comm;
  writeUntrusted(out, bytes, comm, stringEnd(bytes, comm, comm + 16));
  if (more.length === 0) writeOwnFields(out, bytes, view, at);
  else writeAllFields(out, bytes, view, at, more);
  const context = view.getUint32(at + EVENT_AT.context, true);
  if ((context & CONTEXT.VERDICT) !== 0) {
    out.bytes(VERDICT);
    out.signed(view.getInt32(at + EVENT_AT.verdict, true));
  }
  if ((context & CONTEXT.MONITOR) !== 0) out.bytes(PERMISSIVE);
  if (policy !== undefined) out.bytes(policy);
  const missing = view.getUint32(at + EVENT_AT.missing, true);
  if (missing !== 0) writeTruncated(out, missing);
}

/** Every field of the event lies in its own chunk: the usual case, without an object per field. */
function writeOwnFields(out: ByteWriter, bytes: Uint8Array, view: DataView, at: number): void {
  const end = at + view.getUint32(at + EVENT_AT.len, true);
  let next = at + SIZE.event;
  while (next + SIZE.field <= end) {
    const length = view.getUint32(next + FIELD_AT.len, true);
    const payload = next + SIZE.field;
    if (length > end - payload) return;
    writeField(
      out,
      view.getUint8(next + FIELD_AT.type),
      view.getUint16(next + FIELD_AT.value, true),
      bytes,
      view,
      payload,
      length,
    );
    next = payload + ((length + 7) & ~7);
  }
}

function writeAllFields(
  out: ByteWriter,
  bytes: Uint8Array,
  view: DataView,
  at: number,
  more: readonly FieldRef[],
): void {
  const end = at + view.getUint32(at + EVENT_AT.len, true);
  const waiting = [...more].sort((a, b) => a.order - b.order);
  let next = at + SIZE.event;
  let taken = 0;
  while (next + SIZE.field <= end) {
    const length = view.getUint32(next + FIELD_AT.len, true);
    const payload = next + SIZE.field;
    if (length > end - payload) break;
    const order = view.getUint8(next + FIELD_AT.order);
    while (taken < waiting.length && waiting[taken]!.order < order) writeRef(out, waiting[taken++]!);
    const type = view.getUint8(next + FIELD_AT.type);
    writeField(out, type, view.getUint16(next + FIELD_AT.value, true), bytes, view, payload, length);
    next = payload + ((length + 7) & ~7);
  }
  while (taken < waiting.length) writeRef(out, waiting[taken++]!);
}

function writeRef(out: ByteWriter, field: FieldRef): void {
  writeField(out, field.type, field.value, field.bytes, field.view, field.at, field.length);
}

function writeTruncated(out: ByteWriter, missing: number): void {
  out.bytes(TRUNCATED);
  out.bytes(ascii(missingNames(missing).join(',')));
}
