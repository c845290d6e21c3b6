import { EVENT_AT } from '../abi/abi.ts';
import { ascii, type ByteWriter } from '../audit/write/byte-writer.ts';
import type { ProgramDirectory } from '../bpf/program-directory.ts';
import { decodeEvent } from '../events/decode.ts';
import { eventTime, writeEventId, type EventId } from '../events/event-id.ts';
import type { FieldRef } from '../events/fields.ts';
import { number64 } from '../events/losses.ts';
import { writeRecordBody } from '../events/record-text.ts';
import { DECISION_TYPE } from './decision-outcome.ts';
import { policyJson, policyText } from './policy-text.ts';
import { putUsualLine, usualMemory, usualRoom } from '../events/usual-line.ts';

/** An event with all that a format needs to write its line; valid until the format returns. */
export interface FormattableEvent {
  bytes: Uint8Array;
  view: DataView;
  at: number;
  more: readonly FieldRef[];
  /** Id of the program, 0 if it is not known. */
  progId: number;
  /** Where it lay in the ring, as the ring gave it. */
  from: number;
  readonly id: EventId;
  readonly programs: ProgramDirectory;
}

/** Writes one event as one line. */
export type EventFormat = (out: ByteWriter, event: FormattableEvent) => void;

const TYPE = ascii(`type=${DECISION_TYPE} msg=`);
const NEWLINE = 10;

/** The line of audit.log. */
export const auditLine: EventFormat = (out, event) => {
  const { bytes, view, at, more, progId, id, programs } = event;
  const policy = policyText(programs, progId, view, at);
  if (more.length === 0 && out.within(usualMemory, usualRoom(view, at))) {
    const end = putUsualLine(out.length, view, at, progId, id);
    if (end >= 0) {
      out.advance(end);
      if (policy === undefined) return;
      out.truncate(end - 1);
      out.bytes(policy);
      out.byte(NEWLINE);
      return;
    }
  }
  out.bytes(TYPE);
  writeEventId(out, id);
  writeRecordBody(out, bytes, view, at, more, progId, policy);
  out.byte(NEWLINE);
};

/** One JSON object a line; docs/fields.md describes it. */
export const jsonLine: EventFormat = (out, event) => {
  const { id, progId } = event;
  const known = event.programs.byId(progId, number64(event.view, event.at + EVENT_AT.boot_ns));
  const line = {
    type: 'BPF_LSM_ACCESS',
    time: eventTime(id),
    serial: id.serial,
    ...(known?.name === undefined ? {} : { prog: known.name }),
    ...(known?.hook === undefined ? {} : { hook: known.hook }),
    ...policyJson(event.programs, progId, event.view, event.at),
    ...decodeEvent(event.bytes, event.view, event.at, event.more, progId),
  };
  out.bytes(Buffer.from(`${JSON.stringify(line, bigintAsText)}\n`));
};

function bigintAsText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
