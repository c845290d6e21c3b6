import type { ByteWriter } from '../audit/write/byte-writer.ts';
import { putDecimal, putTriple, putWord, word } from '../audit/write/put.ts';
import { CONTEXT, EVENT_AT } from '../abi/abi.ts';
import { number64 } from './losses.ts';

const AUDIT = word('audit(');
const END = word('): ');
const DOT = word('.');
const COLON = word(':');

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

  /** A serial that no other event has in this millisecond: the bits of an unsigned 32-bit number. */
  next(): number {
    if (this.#last === this.#kept) this.#keepAhead();
    this.#last = (this.#last + 1) & 0x7fffffff;
    return this.#last | this.#half;
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
  out.reserve(64);
  const text = out.data;
  let next = putWord(text, out.length, AUDIT);
  next = putDecimal(text, next, id.seconds | 0);
  next = putWord(text, next, DOT);
  next = putTriple(text, next, id.milliseconds);
  next = putWord(text, next, COLON);
  next = putDecimal(text, next, id.serial | 0);
  out.advance(putWord(text, next, END));
}
