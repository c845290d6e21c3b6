import type { ByteWriter } from '../audit/write/byte-writer.ts';
import { phrase, putPhrase } from '../audit/write/put.ts';
import type { ProgramDirectory } from '../bpf/program-directory.ts';
import { decodeEvent } from '../events/decode.ts';
import { writeEventId, type EventId } from '../events/event-id.ts';
import type { FieldRef } from '../events/fields.ts';
import { writeRecordBody } from '../events/record-text.ts';

/** An event with all that a format needs to write its line; valid until the format returns. */
export interface FormattableEvent {
  view: DataView;
  at: number;
  more: readonly FieldRef[];
  /** Id of the program, 0 if it is not known. */
  progId: number;
  readonly id: EventId;
  readonly programs: ProgramDirectory;
}

/** Writes one event as one line. */
export type EventFormat = (out: ByteWriter, event: FormattableEvent) => void;

/** Stock ausearch finds the type by `-m 1427` only in this spelling. */
const TYPE = phrase('type=UNKNOWN[1427] msg=');
const NEWLINE = 10;

/** The line of audit.log. */
export const auditLine: EventFormat = (out, event) => {
  out.reserve(TYPE.length);
  out.advance(putPhrase(out.data, out.length, TYPE));
  writeEventId(out, event.id);
  writeRecordBody(out, event.view, event.at, event.more, event.progId);
  out.byte(NEWLINE);
};

/** One JSON object a line; docs/json.md describes it. */
export const jsonLine: EventFormat = (out, event) => {
  const { id, progId } = event;
  const known = event.programs.byId(progId);
  const milliseconds = String(id.milliseconds).padStart(3, '0');
  const line = {
    type: 'BPF_LSM_ACCESS',
    time: `${id.seconds}.${milliseconds}`,
    serial: id.serial,
    ...(known?.name === undefined ? {} : { prog: known.name }),
    ...(known?.hook === undefined ? {} : { hook: known.hook }),
    ...decodeEvent(event.view, event.at, event.more, progId),
  };
  out.bytes(Buffer.from(`${JSON.stringify(line, bigintAsText)}\n`));
};

function bigintAsText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
