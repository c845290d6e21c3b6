import { ascii, type ByteWriter } from '../audit/write/byte-writer.ts';
import { writeEventId, type EventId } from '../events/event-id.ts';
import type { Gap } from '../events/losses.ts';

const TYPE = ascii('type=DAEMON_ERR msg=');
const OP = ascii('op=bpf-records-lost prog-id=');
const LOST = ascii(' lost=');
const AFTER = ascii(' after-seq=');
const BEFORE = ascii(' before-seq=');
const RESULT = ascii(' res=failed\n');
const NONE = ascii('none');
const UNKNOWN = ascii('?');

/**
 * Writes a loss as a record of its own, at the place where it happened: `ausearch -m DAEMON_ERR` finds it.
 * It says how many records of which program, and between which of its sequence numbers.
 */
export function writeGap(out: ByteWriter, id: EventId, gap: Gap): void {
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
  out.decimal(gap.before);
  out.bytes(RESULT);
}
