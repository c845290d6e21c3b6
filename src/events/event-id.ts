import { ascii, type ByteWriter } from '../audit/write/byte-writer.ts';
import { CONTEXT, EVENT_AT } from '../abi/abi.ts';
import { number64 } from './losses.ts';

const AUDIT = ascii('audit(');
const END = ascii('): ');
const DOT = 46;
const COLON = 58;

/** The upper half of audit's serials: the kernel counts up from 1 at boot. */
const OWN_HALF = 0x80000000;

/**
 * Serials for events that the kernel gives none.
 *
 * They count up in the half of the 32-bit space that the kernel's own counter is not in, so in one millisecond
 * the two never meet: for that the kernel would have to write two thousand million events in it. The last one
 * given is kept in shared memory and so survives the process.
 */
export class OwnSerials {
  #last: number;
  #half = OWN_HALF;
  readonly #keep: (last: number) => void;

  /**
   * @param last - last serial that was given since boot, 0 if none
   * @param keep - stores it
   */
  constructor(last: number, keep: (last: number) => void) {
    this.#last = last;
    this.#keep = keep;
  }

  /** The kernel has given this serial: stay out of its half. */
  seen(kernelSerial: number): void {
    this.#half = kernelSerial >= OWN_HALF ? 0 : OWN_HALF;
  }

  /** A serial that no other event has in this millisecond. */
  next(): number {
    const low = (this.#last + 1) & 0x7fffffff;
    this.#last = this.#half + (low === 0 ? 1 : low);
    this.#keep(this.#last);
    return this.#last;
  }
}

/** Time stamp and serial of an event, what stands in `audit(...)`. */
export interface EventId {
  seconds: number;
  milliseconds: number;
  serial: number;
}

/**
 * Reads the time of an event: audit's own for the system call if there is one, else the moment of the hook.
 *
 * @param bootEpochMs - wall-clock time of boot in milliseconds
 */
export function readEventTime(view: DataView, at: number, bootEpochMs: number, id: EventId): void {
  if ((view.getUint32(at + EVENT_AT.context, true) & CONTEXT.PRESENT) !== 0) {
    id.seconds = number64(view, at + EVENT_AT.ctime_sec);
    id.milliseconds = (view.getUint32(at + EVENT_AT.ctime_nsec, true) / 1e6) >>> 0;
    return;
  }
  const ms = Math.floor(bootEpochMs + number64(view, at + EVENT_AT.boot_ns) / 1e6);
  id.seconds = Math.floor(ms / 1000);
  id.milliseconds = ms % 1000;
}

/** Writes `audit(SECONDS.MILLISECONDS:SERIAL): `. */
export function writeEventId(out: ByteWriter, id: EventId): void {
  out.bytes(AUDIT);
  out.decimal(id.seconds);
  out.byte(DOT);
  out.padded(id.milliseconds, 3);
  out.byte(COLON);
  out.decimal(id.serial);
  out.bytes(END);
}
