import { ascii, type ByteWriter } from '../audit/write/byte-writer.ts';
import { withMilliseconds } from '../audit/write/milliseconds.ts';
import { CONTEXT, EVENT_AT } from '../abi/abi.ts';
import { number64 } from './losses.ts';

// Constants of this module are compiled in, those of another are looked up at every use.
const { ctime_sec: CTIME_SEC, ctime_nsec: CTIME_NSEC, context: CTX, boot_ns: BOOT_NS } = EVENT_AT;
const { PRESENT } = CONTEXT;

const AUDIT = ascii('audit(');
const END = ascii('): ');
const DOT = 46;
const COLON = 58;

/** The upper half of audit's serials: the kernel counts up from 1 at boot. */
const OWN_HALF = 0x80000000;
/** Serials that are noted down as given before they are: who starts anew goes on behind them. */
const AHEAD = 1024;

/**
 * Serials for events that the kernel gives none.
 *
 * They count up in the half of the 32-bit space that the kernel's own counter is not in, so in one millisecond
 * the two never meet: for that the kernel would have to write two thousand million events in it. What is given
 * is noted down in shared memory, some ahead, and so survives the process.
 */
export class OwnSerials {
  /** Last one without its highest bit. */
  #last: number;
  /** Up to here they are noted down. */
  #kept: number;
  /** The highest bit. */
  #half = OWN_HALF | 0;
  readonly #keep: (last: number) => void;

  /**
   * @param last - last serial that was noted down since boot, 0 if none
   * @param keep - notes down
   */
  constructor(last: number, keep: (last: number) => void) {
    this.#last = last & 0x7fffffff;
    this.#kept = this.#last;
    this.#keep = keep;
  }

  /** The kernel has given this serial: stay out of its half. */
  seen(kernelSerial: number): void {
    this.#half = ~kernelSerial & OWN_HALF;
  }

  /** Whether a serial is one of those that are given here, not by the kernel. */
  owns(serial: number): boolean {
    return ((serial ^ this.#half) & OWN_HALF) === 0;
  }

  /** A serial that no other event has in this millisecond: the bits of an unsigned 32-bit number. */
  next(): number {
    if (this.#last === this.#kept) this.#keepAhead();
    this.#last = (this.#last + 1) & 0x7fffffff;
    return this.#last | this.#half;
  }

  /**
   * The id of an event of bpfaudit itself.
   *
   * @param timeMs - when it was: milliseconds since 1970, by the wall clock
   */
  idAt(timeMs: number): EventId {
    const ms = Math.floor(timeMs);
    return { seconds: Math.floor(ms / 1000), milliseconds: ms % 1000, serial: this.next() >>> 0 };
  }

  /** Never up to where the count starts again, so that 0 is not given. */
  #keepAhead(): void {
    if (this.#last > 0x7fffffff - AHEAD) this.#last = 0;
    this.#kept = this.#last + AHEAD;
    this.#keep(this.#kept);
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
  if ((view.getUint32(at + CTX, true) & PRESENT) !== 0) {
    const seconds = view.getInt32(at + CTIME_SEC, true);
    // until 2038 it need not be put together
    const isSmall = seconds > 0 && view.getInt32(at + CTIME_SEC + 4, true) === 0;
    id.seconds = isSmall ? seconds : number64(view, at + CTIME_SEC);
    id.milliseconds = millisecondsOf(view.getInt32(at + CTIME_NSEC, true));
    return;
  }
  const ms = Math.floor(bootEpochMs + number64(view, at + BOOT_NS) / 1e6);
  id.seconds = Math.floor(ms / 1000);
  id.milliseconds = ms % 1000;
}

let lastNanoseconds = 0;
let lastMilliseconds = 0;

/** Audit's clock moves once a tick, so it is mostly the same question again. Below 10^9. */
function millisecondsOf(nanoseconds: number): number {
  if (nanoseconds !== lastNanoseconds) {
    lastNanoseconds = nanoseconds;
    lastMilliseconds = (nanoseconds / 1e6) | 0;
  }
  return lastMilliseconds;
}

/** The time of an id as JSON has it: `1795156860.440`. */
export function eventTime({ seconds, milliseconds }: Readonly<EventId>): string {
  return withMilliseconds(seconds, milliseconds);
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
