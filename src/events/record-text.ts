import { ascii, type ByteWriter } from '../audit/write/byte-writer.ts';
import { putDecimal, putUntrusted, putWord, stringEnd, word } from '../audit/write/put.ts';
import { CONTEXT, EVENT_AT, FIELD_AT, missingNames, SIZE } from '../abi/abi.ts';
import type { FieldRef } from './fields.ts';
import { writeField } from './field-text.ts';

const PROG_ID = word('prog-id=');
const UNKNOWN = word('?');
const PID = word(' pid=');
const COMM = word(' comm=');
const VERDICT = ascii(' verdict=');
const SUBJECT = 128;
const TRUNCATED = ascii(' truncated=');

/**
 * Writes the body of a BPF_LSM_ACCESS record, what follows `audit(...): `, byte for byte as the kernel series
 * writes it. Ours alone are `verdict=` if the policy recorded one and, last, `truncated=` with the fields that
 * were lost or cut on the way.
 *
 * @param view - memory that holds the event chunk at `at`
 * @param more - the fields that travelled in chunks of their own
 * @param progId - id of the program, 0 if it is not known
 */
export function writeRecordBody(
  out: ByteWriter,
  view: DataView,
  at: number,
  more: readonly FieldRef[],
  progId: number = view.getUint32(at + EVENT_AT.prog_id, true),
): void {
  out.reserve(SUBJECT);
  out.advance(putSubject(out.data, out.length, view, at, progId));
  if (more.length === 0) writeOwnFields(out, view, at);
  else writeAllFields(out, view, at, more);
  if ((view.getUint32(at + EVENT_AT.context, true) & CONTEXT.VERDICT) !== 0) {
    out.bytes(VERDICT);
    out.signed(view.getInt32(at + EVENT_AT.verdict, true));
  }
  const missing = view.getUint32(at + EVENT_AT.missing, true);
  if (missing !== 0) writeTruncated(out, missing);
}

/** `prog-id= pid= comm=`, with their values at most {@link SUBJECT} bytes. */
function putSubject(text: DataView, from: number, view: DataView, at: number, progId: number): number {
  let next = putWord(text, from, PROG_ID);
  next = progId === 0 ? putWord(text, next, UNKNOWN) : putDecimal(text, next, progId | 0);
  next = putWord(text, next, PID);
  next = putDecimal(text, next, view.getInt32(at + EVENT_AT.tgid, true));
  next = putWord(text, next, COMM);
  const comm = at + EVENT_AT.comm;
  return putUntrusted(text, next, view, comm, stringEnd(view, comm, comm + 16));
}

/** Every field of the event lies in its own chunk: the usual case, without an object per field. */
function writeOwnFields(out: ByteWriter, view: DataView, at: number): void {
  const end = at + view.getInt32(at + EVENT_AT.len, true);
  for (let next = at + SIZE.event; next + SIZE.field <= end;) {
    const length = view.getInt32(next + FIELD_AT.len, true);
    const payload = next + SIZE.field;
    if (length < 0 || length > end - payload) return;
    const head = view.getInt32(next + FIELD_AT.type, true);
    writeField(out, head & 0xff, head >>> 16, view, payload, length);
    next = payload + ((length + 7) & ~7);
  }
}

function writeAllFields(out: ByteWriter, view: DataView, at: number, more: readonly FieldRef[]): void {
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
    writeField(out, type, view.getUint16(next + FIELD_AT.value, true), view, payload, length);
    next = payload + ((length + 7) & ~7);
  }
  while (taken < waiting.length) writeRef(out, waiting[taken++]!);
}

function writeRef(out: ByteWriter, field: FieldRef): void {
  writeField(out, field.type, field.value, field.view, field.at, field.length);
}

function writeTruncated(out: ByteWriter, missing: number): void {
  out.bytes(TRUNCATED);
  out.bytes(ascii(missingNames(missing).join(',')));
}
