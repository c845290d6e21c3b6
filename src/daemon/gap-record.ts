import { ascii, type ByteWriter } from '../audit/write/byte-writer.ts';
import { eventTime, writeEventId, type EventId } from '../events/event-id.ts';
import type { Gap } from '../events/losses.ts';
import type { OwnRecord } from './own-record.ts';

const TYPE = ascii('type=DAEMON_ERR msg=');
const OP = ascii('op=bpf-records-lost prog-id=');
const LOST = ascii(' lost=');
const AFTER = ascii(' after-seq=');
const BEFORE = ascii(' before-seq=');
const RESULT = ascii(' res=failed\n');
const NONE = ascii('none');
const UNKNOWN = ascii('?');

/** Writes a loss as one line. */
export type GapFormat = (out: ByteWriter, id: EventId, gap: Gap) => void;

/**
 * Writes a loss as a record of its own, at the place where it happened: `ausearch -m DAEMON_ERR` finds it.
 * It says how many records of which program, and between which of its sequence numbers.
 */
export const auditGap: GapFormat = (out, id, gap) => {
  out.bytes(TYPE);
  writeEventId(out, id);
  out.bytes(OP);
  if (gap.progId === 0) out.bytes(UNKNOWN);
  else out.decimal(gap.progId);
  out.bytes(LOST);
  out.decimal(gap.lost);
  out.bytes(AFTER);
  if (gap.after < 0) out.bytes(NONE);
  else out.decimal(gap.after);
  out.bytes(BEFORE);
  if (gap.before < 0) out.bytes(NONE);
  else out.decimal(gap.before);
  out.bytes(RESULT);
};

/** The same as a JSON object. What is not known is absent. */
export const jsonGap: GapFormat = (out, id, gap) => {
  const line = {
    type: 'DAEMON_ERR',
    time: eventTime(id),
    serial: id.serial,
    op: 'bpf-records-lost',
    ...(gap.progId === 0 ? {} : { prog_id: gap.progId }),
    lost: gap.lost,
    ...(gap.after < 0 ? {} : { after_seq: gap.after }),
    ...(gap.before < 0 ? {} : { before_seq: gap.before }),
    res: 'failed',
  };
  out.bytes(Buffer.from(`${JSON.stringify(line)}\n`));
};

/**
 * What was lost otherwise: `kernel-audit-lost` by the kernel before any reader, `netlink-records-dropped` at our
 * socket; and when a reader was killed: `kernel-events-unread` until the next one read, and
 * `waiting-records-lost`, decisions that it had taken out of a ring that was half full.
 */
export type KernelLossName =
  | 'kernel-audit-lost'
  | 'netlink-records-dropped'
  | 'kernel-events-unread'
  | 'waiting-records-lost';

/** So many were lost in such a way. */
export function lossRecord(name: KernelLossName, lost: number): OwnRecord {
  return { type: 'DAEMON_ERR', op: name, fields: { lost }, res: 'failed' };
}
