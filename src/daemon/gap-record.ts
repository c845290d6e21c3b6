import { ascii, type ByteWriter } from '../audit/write/byte-writer.ts';
import { writeEventId, type EventId, type OwnSerials } from '../events/event-id.ts';
import type { Gap } from '../events/losses.ts';

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
    time: `${id.seconds}.${String(id.milliseconds).padStart(3, '0')}`,
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

const KERNEL_LOST = ascii('op=kernel-audit-lost lost=');
const SOCKET_DROPPED = ascii('op=netlink-records-dropped lost=');

/** Writes what audit itself lost, on the kernel's side or in our socket, as records of their own. */
export function writeKernelLoss(
  out: ByteWriter,
  serials: OwnSerials,
  losses: { readonly lost: number; readonly dropped: number },
): void {
  const now = Date.now();
  for (const [operation, count] of [
    [KERNEL_LOST, losses.lost],
    [SOCKET_DROPPED, losses.dropped],
  ] as const) {
    if (count === 0) continue;
    out.bytes(TYPE);
    writeEventId(out, {
      seconds: Math.floor(now / 1000),
      milliseconds: now % 1000,
      serial: serials.next() >>> 0,
    });
    out.bytes(operation);
    out.decimal(count);
    out.bytes(RESULT);
  }
}
