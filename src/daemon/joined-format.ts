import { CONTEXT, EVENT_AT } from '../abi/abi.ts';
import { ascii, type ByteWriter } from '../audit/write/byte-writer.ts';
import { recordTypeName, stockRecordTypeName } from '../audit/tables/record-types.ts';
import type { ProgramDirectory } from '../bpf/program-directory.ts';
import { decodeEvent } from '../events/decode.ts';
import { eventTime, writeEventId, type EventId } from '../events/event-id.ts';
import type { Decision, JoinedEvent } from '../events/join/joined-event.ts';
import { synthesize } from '../events/join/synthesis.ts';
import { number64 } from '../events/losses.ts';
import { writeRecordBody } from '../events/record-text.ts';
import { DECISION_TYPE } from './decision-outcome.ts';
import { policyJson, policyText } from './policy-text.ts';

/** Whether rules of audit keep the kernel from writing a record of this type about a decision. */
export type Silences = (type: number, decision: Decision) => boolean;

/** How events and records become lines. */
export interface JoinedFormat {
  /** Writes an event with all its records. What rules silence is neither missed nor told in the kernel's place. */
  readonly event: (
    out: ByteWriter,
    event: JoinedEvent,
    programs: ProgramDirectory,
    silences: Silences,
  ) => void;
  /** Writes a record of the kernel that belongs to no decision, or comes late: its body is `bytes[from, to)`. */
  readonly record: (
    out: ByteWriter,
    type: number,
    id: Readonly<EventId>,
    bytes: Uint8Array,
    from: number,
    to: number,
  ) => void;
}

const TYPE = ascii('type=');
const MSG = ascii(' msg=');
const DECISION = ascii(`type=${DECISION_TYPE} msg=`);
const JOIN_TIMEOUT = ascii(' join=timeout');
const JOIN_PARTIAL = ascii(' join=partial');
const NEWLINE = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
/** `AUDIT_EOE` ends an event on the wire; auditd does not write it. */
const EOE = 1320;
/** Each event of the kernel begins with one of these: `AUDIT_SYSCALL`, or `AUDIT_URINGOP` for io_uring. */
const SYSCALL = 1300;
const URINGOP = 1336;

const typeNames = new Map<number, Uint8Array>();

/** `SYSCALL`, or `UNKNOWN[1425]` for types that stock tools do not know by name. */
function typeName(type: number): Uint8Array {
  let name = typeNames.get(type);
  if (!name) {
    name = ascii(stockRecordTypeName(type) ?? `UNKNOWN[${type}]`);
    typeNames.set(type, name);
  }
  return name;
}

/** Writes a record of the kernel as a line, as auditd does: no line end or NUL inside, no space at the end. */
export function writeKernelLine(
  out: ByteWriter,
  type: number,
  id: Readonly<EventId>,
  bytes: Uint8Array,
  from: number,
  to: number,
): void {
  if (type === EOE) return;
  out.bytes(TYPE);
  out.bytes(typeName(type));
  out.bytes(MSG);
  writeEventId(out, id);
  let end = to;
  while (end > from && (bytes[end - 1] === SPACE || bytes[end - 1] === NEWLINE || bytes[end - 1] === 0))
    end--;
  out.reserve(end - from + 1);
  for (let i = from; i < end; i++) {
    const byte = bytes[i]!;
    out.byte(byte === NEWLINE || byte === CARRIAGE_RETURN || byte === 0 ? SPACE : byte);
  }
  out.byte(NEWLINE);
}

/** The lines of audit.log: decisions first, since they were logged during the call. */
export const auditLines: JoinedFormat = {
  event: writeAuditEvent,
  record: writeKernelLine,
};

/** Whether the first record is missing: a reader that was killed had taken it. */
function isPartial({ records, decisions }: JoinedEvent, silences: Silences): boolean {
  if (records.length === 0 || records.some(({ type }) => type === SYSCALL || type === URINGOP)) return false;
  const first = decisions[0];
  const isUring = (first.view.getUint32(first.at + EVENT_AT.context, true) & CONTEXT.URING) !== 0;
  return !silences(isUring ? URINGOP : SYSCALL, first);
}

function writeAuditEvent(
  out: ByteWriter,
  event: JoinedEvent,
  programs: ProgramDirectory,
  silences: Silences,
): void {
  const partial = isPartial(event, silences);
  for (const decision of event.decisions) {
    out.bytes(DECISION);
    writeEventId(out, event.id);
    const policy = policyText(programs, decision.progId, decision.view, decision.at);
    writeRecordBody(out, decision.bytes, decision.view, decision.at, decision.more, decision.progId, policy);
    if (event.end === 'timeout') out.bytes(JOIN_TIMEOUT);
    else if (partial) out.bytes(JOIN_PARTIAL);
    out.byte(NEWLINE);
  }
  if (event.records.length === 0 || partial) writeSynthesis(out, event, silences);
  for (const record of event.records)
    writeKernelLine(out, record.type, event.id, record.body, 0, record.body.length);
}

/** Writes what BPF captured, but for what the kernel wrote itself, or would not have written. */
function writeSynthesis(out: ByteWriter, event: JoinedEvent, silences: Silences): void {
  const first = event.decisions[0];
  synthesize(out, first, event.outcome, (type, body) => {
    if (event.records.some((record) => record.type === type) || silences(type, first)) return;
    out.bytes(TYPE);
    out.bytes(typeName(type));
    out.bytes(MSG);
    writeEventId(out, event.id);
    body();
    out.byte(NEWLINE);
  });
}

/** One JSON object a line: the event with its decisions and records. */
export const joinedJson: JoinedFormat = {
  event: writeJsonEvent,
  record: (out, type, id, bytes, from, to) => {
    if (type !== EOE)
      writeJson(out, { ...jsonId(id), records: [jsonRecord(type, bytes.subarray(from, to))] });
  },
};

function jsonId(id: Readonly<EventId>): { readonly time: string; readonly serial: number } {
  return { time: eventTime(id), serial: id.serial };
}

function jsonRecord(type: number, body: Uint8Array): { readonly type: string; readonly text: string } {
  return {
    type: recordTypeName(type) ?? `UNKNOWN[${type}]`,
    text: Buffer.from(body)
      .toString('utf8')
      .replace(/[\0\n ]+$/, ''),
  };
}

function writeJsonEvent(out: ByteWriter, event: JoinedEvent, programs: ProgramDirectory): void {
  writeJson(out, {
    ...jsonId(event.id),
    join: event.end,
    ...(event.outcome === undefined
      ? {}
      : { success: event.outcome.success, exit: Number(event.outcome.exit) }),
    decisions: event.decisions.map((decision) => describe(decision, programs)),
    records: event.records.map(({ type, body }) => jsonRecord(type, body)),
  });
}

function writeJson(out: ByteWriter, line: object): void {
  const text = JSON.stringify(line, (_key, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
  out.bytes(Buffer.from(`${text}\n`));
}

function describe(decision: Decision, programs: ProgramDirectory): object {
  const known = programs.byId(decision.progId, number64(decision.view, decision.at + EVENT_AT.boot_ns));
  return {
    ...(known?.name === undefined ? {} : { prog: known.name }),
    ...(known?.hook === undefined ? {} : { hook: known.hook }),
    ...policyJson(programs, decision.progId, decision.view, decision.at),
    ...decodeEvent(decision.bytes, decision.view, decision.at, decision.more, decision.progId),
  };
}
