import { CONTEXT, EVENT_AT } from '../../abi/abi.ts';
import type { EventId } from '../event-id.ts';
import type { Decision, JoinedEvent, JoinEnd, KernelRecord, Outcome } from './joined-event.ts';

/** `AUDIT_EOE`: the kernel has written all of an event. */
const EOE = 1320;

/** How long a joiner waits, in milliseconds of wall clock. */
export interface JoinerTimes {
  /** For the kernel's records of an event whose serial came, or should come. @default 2000 */
  readonly kernelMs: number;
  /** For the result of a system call that the kernel says nothing about. @default 20 */
  readonly exitMs: number;
}

/** Defaults of {@link JoinerTimes}: 2 s is what auparse waits for the end of an event. */
export const JOIN_TIMES: JoinerTimes = { kernelMs: 2000, exitMs: 20 };

/** What a {@link Joiner} counted. */
export interface JoinCounts {
  /** Events that left with the kernel's records. */
  joined: number;
  /** Events that the kernel writes nothing about. */
  alone: number;
  /** Events whose records of the kernel did not come in time. */
  timeouts: number;
  /** Records of the kernel that came after their event had left. */
  late: number;
}

interface Group {
  readonly promise: bigint;
  id: EventId;
  decisions: Decision[];
  records: KernelRecord[];
  outcome: Outcome | undefined;
  serial: number;
  deadline: number;
  silent: boolean;
}

/** Serials of events that have left are remembered for this long, so that late records are known as such. */
const TOMBSTONE_MS = 10_000;

/**
 * Brings decisions and kernel records of one event together.
 *
 * A decision knows the promise of its event. The resolver tells which serial the kernel gave it, so kernel
 * records are found by an exact number, never by time or pid. Pure: time is handed in, events are handed out.
 *
 * The ring must be read before the kernel's records of the same moment are handed in: the resolver runs before
 * the kernel sends a record, so the serial is known when the record comes.
 */
export class Joiner {
  /** What was counted since the start. */
  readonly counts: JoinCounts = { joined: 0, alone: 0, timeouts: 0, late: 0 };
  readonly #promises = new Map<bigint, Group>();
  readonly #serials = new Map<number, Group>();
  readonly #gone = new Map<number, number>();
  readonly #times: JoinerTimes;
  readonly #expectRecords: boolean;
  readonly #handOut: (event: JoinedEvent) => void;

  /**
   * @param options.expectRecords - whether kernel records are read at all; without it an event leaves as soon
   * as its system call is over
   */
  constructor(options: {
    readonly handOut: (event: JoinedEvent) => void;
    readonly expectRecords: boolean;
    readonly times?: JoinerTimes;
  }) {
    this.#handOut = options.handOut;
    this.#expectRecords = options.expectRecords;
    this.#times = options.times ?? JOIN_TIMES;
  }

  /** Events that wait. */
  get waiting(): number {
    return this.#promises.size;
  }

  /**
   * Takes a decision.
   *
   * @param decision - its memory must stay valid: copy it out of the ring
   * @param id - its time; serial 0 if the kernel has given none
   * @param nowMs - any clock that only goes forward
   */
  decision(decision: Decision, id: Readonly<EventId>, nowMs: number): void {
    const promise = decision.view.getBigUint64(decision.at + EVENT_AT.event, true);
    if (promise === 0n) {
      this.counts.alone++;
      this.#handOut({ id: { ...id }, decisions: [decision], records: [], outcome: undefined, end: 'alone' });
      return;
    }
    const known = this.#promises.get(promise);
    if (known) {
      known.decisions.push(decision);
      return;
    }
    const context = decision.view.getUint32(decision.at + EVENT_AT.context, true);
    const silent = (context & CONTEXT.DUMMY) !== 0;
    const group: Group = {
      promise,
      id: { ...id },
      decisions: [decision],
      records: [],
      outcome: undefined,
      serial: 0,
      deadline: nowMs + (silent ? this.#times.exitMs : this.#times.kernelMs),
      silent,
    };
    this.#promises.set(promise, group);
    if (id.serial !== 0) this.#give(group, id.serial);
  }

  /** The kernel gave the event its serial. */
  stamp(promise: bigint, serial: number): void {
    const group = this.#promises.get(promise);
    if (group && group.serial === 0) this.#give(group, serial);
  }

  /**
   * The system call is over.
   *
   * @param serial - 0 if the kernel wrote nothing about it
   */
  exit(promise: bigint, outcome: Outcome, serial: number): void {
    const group = this.#promises.get(promise);
    if (!group) return;
    group.outcome = outcome;
    if (group.serial === 0 && serial !== 0) this.#give(group, serial);
    if (group.serial === 0 || !this.#expectRecords) this.#leave(group, 'alone');
  }

  /**
   * Takes a kernel record.
   *
   * @param body - makes a copy of the body; called only if the record belongs to one of the events
   * @returns `taken`; `late` if its event has left already; `other` if it is none of ours
   */
  record(type: number, serial: number, body: () => Uint8Array): 'taken' | 'late' | 'other' {
    const group = this.#serials.get(serial);
    if (!group) {
      if (!this.#gone.has(serial)) return 'other';
      if (type !== EOE) this.counts.late++;
      return 'late';
    }
    if (type === EOE) this.#leave(group, 'joined');
    else group.records.push({ type, body: body() });
    return 'taken';
  }

  /**
   * Lets go of what has waited too long.
   *
   * @returns when to call again, undefined if nothing waits
   */
  tick(nowMs: number): number | undefined {
    let next: number | undefined;
    for (const group of this.#promises.values()) {
      if (group.deadline <= nowMs)
        this.#leave(group, group.silent && group.serial === 0 ? 'alone' : 'timeout', nowMs);
      else next = next === undefined ? group.deadline : Math.min(next, group.deadline);
    }
    for (const [serial, since] of this.#gone) {
      if (since + TOMBSTONE_MS > nowMs) break;
      this.#gone.delete(serial);
    }
    return next;
  }

  /** Lets everything go, at the end. */
  flush(): void {
    for (const group of this.#promises.values()) this.#leave(group, group.silent ? 'alone' : 'timeout');
  }

  #give(group: Group, serial: number): void {
    group.serial = serial;
    group.id.serial = serial;
    this.#serials.set(serial, group);
    this.#gone.delete(serial);
  }

  #leave(group: Group, end: JoinEnd, nowMs?: number): void {
    this.#promises.delete(group.promise);
    if (group.serial !== 0) {
      this.#serials.delete(group.serial);
      if (this.#expectRecords) this.#gone.set(group.serial, nowMs ?? group.deadline);
    }
    if (end === 'joined') this.counts.joined++;
    else if (end === 'alone') this.counts.alone++;
    else this.counts.timeouts++;
    const { id, decisions, records, outcome } = group;
    this.#handOut({ id, decisions, records, outcome, end });
  }
}
