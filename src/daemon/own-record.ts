import { ascii, type ByteWriter } from '../audit/write/byte-writer.ts';
import { writeUntrusted } from '../audit/write/untrusted.ts';
import { eventTime, writeEventId, type EventId } from '../events/event-id.ts';

/** Types of records that the daemon writes about itself; stock ausearch knows them all by name. */
export type OwnRecordType = 'DAEMON_START' | 'DAEMON_END' | 'DAEMON_CONFIG' | 'DAEMON_RESUME' | 'DAEMON_ERR';

/** A record of the daemon about itself. */
export interface OwnRecord {
  readonly type: OwnRecordType;
  readonly op: string;
  /** In this order. Texts are untrusted: quoted, or hex if they have to be. */
  readonly fields?: Readonly<Record<string, number | string | Word>>;
  readonly res: 'success' | 'failed';
}

/** A value that is written as it stands: it is ours, and has no space in it. */
export interface Word {
  readonly word: string;
}

/** Writes such a record as a line. */
export type OwnRecordFormat = (out: ByteWriter, id: Readonly<EventId>, record: OwnRecord) => void;

const NEWLINE = 10;

/** The line of audit.log: `type=DAEMON_START msg=audit(...): op=start pid=7 res=success`. */
export const ownRecordLine: OwnRecordFormat = (out, id, { type, op, fields = {}, res }) => {
  out.bytes(ascii(`type=${type} msg=`));
  writeEventId(out, id);
  out.bytes(ascii(`op=${op}`));
  for (const [name, value] of Object.entries(fields)) {
    out.bytes(ascii(` ${name}=`));
    if (typeof value === 'number') out.decimal(value);
    else if (typeof value === 'string') {
      const bytes = Buffer.from(value);
      writeUntrusted(out, bytes, 0, bytes.length);
    } else out.bytes(ascii(value.word));
  }
  out.bytes(ascii(` res=${res}`));
  out.byte(NEWLINE);
};

/** The same as a JSON object. */
export const ownRecordJson: OwnRecordFormat = (out, id, { type, op, fields = {}, res }) => {
  const plain = Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, typeof value === 'object' ? value.word : value]),
  );
  const time = eventTime(id);
  out.bytes(Buffer.from(`${JSON.stringify({ type, time, serial: id.serial, op, ...plain, res })}\n`));
};
