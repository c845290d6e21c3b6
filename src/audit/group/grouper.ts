import type { HeaderReader } from '../parse/header.ts';
import { GroupedEvent, SPAN_WIDTH } from './grouped-event.ts';
import { OrderedQueue } from './ordered-queue.ts';

const EOE = 1320;
const PROCTITLE = 1327;
const KERNEL = 2000;

/**
 * Seconds of log time after which an event is taken to be whole, unless configured otherwise
 * (`end_of_event_timeout` of auditd.conf(5)).
 */
export const DEFAULT_EOE_TIMEOUT_SEC = 2;

/**
 * Puts records that carry the same stamp and node into one event, as ausearch does.
 *
 * An event is complete when a new event begins that is at least the timeout younger, or when its first
 * record is of a kind that always stands alone. Complete events leave in the order of their stamps, and an
 * older event that is still being built holds back younger ones. A record that comes after its event has
 * been completed begins a second event with the same stamp.
 *
 * The cost per record does not depend on the number of events in flight.
 */
export class EventGrouper {
  readonly #timeoutSec: number;
  readonly #emit: (event: GroupedEvent) => void;
  readonly #byStamp = new Map<number, GroupedEvent>();
  readonly #building = new OrderedQueue<GroupedEvent>();
  readonly #waiting = new OrderedQueue<GroupedEvent>();
  #sequence = 0;
  #last: GroupedEvent | undefined;

  /**
   * @param emit called for each complete event, in order.
   * @param timeoutSec see {@link DEFAULT_EOE_TIMEOUT_SEC}.
   */
  constructor(emit: (event: GroupedEvent) => void, timeoutSec: number = DEFAULT_EOE_TIMEOUT_SEC) {
    this.#emit = emit;
    this.#timeoutSec = timeoutSec;
  }

  /** Events that are not complete yet, or held back by one that is not. */
  get inFlight(): number {
    return this.#waiting.size;
  }

  /**
   * Adds one record: its parsed head, and where it stands.
   *
   * @param offset where the line starts, counted in bytes from the first input.
   * @param length of the line in bytes, without the newline.
   * @returns the event that it is part of; none for the end of an event that is not there.
   */
  add(header: HeaderReader, buffer: Buffer, offset: number, length: number): GroupedEvent | undefined {
    const found = this.#find(header, buffer);
    if (found !== undefined) {
      found.spans.push(offset, length, header.type);
      return found;
    }
    if (header.type === EOE) return undefined;
    const event = this.#begin(header, buffer);
    event.spans.push(offset, length, header.type);
    this.#completeBefore(header.sec - this.#timeoutSec);
    if (isAlwaysAlone(header.type)) this.#close(event);
    this.#emitReady();
    return event;
  }

  /** Takes all events as complete: the input has ended. */
  end(): void {
    this.#completeBefore(Infinity);
    this.#emitReady();
  }

  /**
   * The input has ended for now, and may go on later: only events that have their last record are complete,
   * the others are left for then.
   */
  pause(): void {
    for (const event of this.#waiting.values()) if (hasLastRecord(event)) this.#close(event);
    this.#emitReady();
  }

  #find(header: HeaderReader, buffer: Buffer): GroupedEvent | undefined {
    const last = this.#last;
    if (last !== undefined && !last.complete && isSame(last, header, buffer)) return last;
    let event = this.#byStamp.get(stampHash(header));
    while (event !== undefined) {
      if (isSame(event, header, buffer)) {
        this.#last = event;
        return event;
      }
      event = event.next;
    }
    return undefined;
  }

  #begin(header: HeaderReader, buffer: Buffer): GroupedEvent {
    const node = header.nodeEnd === 0 ? null : buffer.toString('latin1', header.nodeStart, header.nodeEnd);
    const event = new GroupedEvent(
      header.sec,
      header.milli,
      header.serial,
      node,
      header.type,
      this.#sequence,
    );
    this.#sequence += 1;
    const key = stampHash(event);
    event.next = this.#byStamp.get(key);
    this.#byStamp.set(key, event);
    this.#building.push(event);
    this.#waiting.push(event);
    this.#last = event;
    return event;
  }

  #completeBefore(sec: number): void {
    for (;;) {
      const event = this.#building.peek();
      if (event === undefined || event.sec > sec) return;
      this.#building.pop();
      this.#close(event);
    }
  }

  #close(event: GroupedEvent): void {
    if (event.complete) return;
    event.complete = true;
    const key = stampHash(event);
    let at = this.#byStamp.get(key);
    if (at === event) {
      if (event.next === undefined) this.#byStamp.delete(key);
      else this.#byStamp.set(key, event.next);
    }
    while (at !== undefined) {
      if (at.next === event) at.next = event.next;
      at = at.next;
    }
    event.next = undefined;
  }

  #emitReady(): void {
    for (;;) {
      const event = this.#waiting.peek();
      if (event === undefined || !event.complete) return;
      this.#waiting.pop();
      event.emitted = true;
      this.#emit(event);
    }
  }
}

/** Records that are an event by themselves (libaudit 3.0.9, check_events of ausearch-lol.c). */
export function isAlwaysAlone(type: number): boolean {
  return (
    type === PROCTITLE || type < 1300 || type >= 2100 || type === KERNEL || (type >= 1406 && type <= 1419)
  );
}

function hasLastRecord(event: GroupedEvent): boolean {
  for (let i = 2; i < event.spans.length; i += SPAN_WIDTH) {
    const type = event.spans[i] ?? 0;
    if (type === EOE || isAlwaysAlone(type)) return true;
  }
  return false;
}

/** A small integer, which a Map finds fastest; stamps that share one are told apart by {@link isSame}. */
function stampHash(stamp: { readonly sec: number; readonly milli: number; readonly serial: number }): number {
  const low = Math.imul(stamp.serial | 0, 0x9e3779b1) ^ Math.imul(stamp.milli, 0x85ebca6b);
  return low ^ Math.imul(stamp.sec | 0, 0xc2b2ae35);
}

function isSame(event: GroupedEvent, header: HeaderReader, buffer: Buffer): boolean {
  if (event.serial !== header.serial || event.milli !== header.milli || event.sec !== header.sec)
    return false;
  if (header.nodeEnd === 0) return event.node === null;
  return event.node !== null && event.node === buffer.toString('latin1', header.nodeStart, header.nodeEnd);
}
