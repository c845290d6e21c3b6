import { CONTEXT, EVENT_AT } from '../../abi/abi.ts';
import type { EventId } from '../event-id.ts';
import type { Decision, JoinedEvent, JoinEnd, KernelRecord, Outcome } from './joined-event.ts';

/** `AUDIT_EOE`: the kernel has written all of an event. */
const EOE = 1320;
/** `AUDIT_PROCTITLE`: the last record before EOE, which some rule sets exclude; auparse closes with either. */
const PROCTITLE = 1327;

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
  readonly promises: bigint[];
  readonly id: EventId;
  readonly decisions: [Decision, ...Decision[]];
  readonly records: KernelRecord[];
  readonly positions: [number, ...number[]];
  /** When its wait is over, unless the kernel is behind. */
  readonly deadline: number;
  /** The kernel has said that it will write nothing. */
  readonly silent: boolean;
  outcome: Outcome | undefined;
}

/** Serials of events that have left are remembered for this long, so that late records are known as such. */
const TOMBSTONE_MS = 10_000;
/** How old the kernel's records may be when they are read, at most. */
const LONGEST_LAG_MS = 600_000;

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
  /** In the order of the ring. */
  readonly #groups = new Set<Group>();
  readonly #promises = new Map<bigint, Group>();
  readonly #serials = new Map<number, Group>();
  readonly #gone = new Map<number, number>();
  readonly #times: JoinerTimes;
  readonly #expectRecords: boolean;
  readonly #handOut: (event: JoinedEvent) => void;
  #heardTimeMs = 0;
  #heardMs = 0;

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
    return this.#groups.size;
  }

  /**
   * Position in the ring of the oldest decision that waits, of those from a position on: a reader that dies now
   * must find it again.
   */
  oldest(from: number): number | undefined {
    for (const { positions } of this.#groups) if (positions[0] >= from) return positions[0];
    return undefined;
  }

  /** How many decisions that wait lie before a position in the ring. */
  waitingBefore(position: number): number {
    let count = 0;
    for (const { positions } of this.#groups) {
      if (positions[0] >= position) break;
      for (const place of positions) if (place < position) count++;
    }
    return count;
  }

  /**
   * Takes a decision.
   *
   * @param decision - its memory must stay valid: copy it out of the ring
   * @param id - its time; serial 0 if the kernel has given none
   * @param nowMs - any clock that only goes forward
   * @param position - where it lies in the ring
   */
  decision(decision: Decision, id: Readonly<EventId>, nowMs: number, position: number): void {
    const promise = decision.view.getBigUint64(decision.at + EVENT_AT.event, true);
    if (promise === 0n) {
      this.counts.alone++;
      this.#handOut({
        id: { ...id },
        decisions: [decision],
        positions: [position],
        records: [],
        outcome: undefined,
        end: 'alone',
      });
      return;
    }
    const known = this.#promises.get(promise);
    if (known) {
      known.decisions.push(decision);
      known.positions.push(position);
      return;
    }
    const context = decision.view.getUint32(decision.at + EVENT_AT.context, true);
    const silent = (context & CONTEXT.DUMMY) !== 0;
    const group: Group = {
      promises: [promise],
      id: { ...id, serial: 0 },
      decisions: [decision],
      records: [],
      positions: [position],
      deadline: nowMs + (silent ? this.#times.exitMs : this.#times.kernelMs),
      silent,
      outcome: undefined,
    };
    this.#groups.add(group);
    this.#promises.set(promise, group);
    if (id.serial !== 0) this.#give(group, id.serial);
  }

  /** The kernel gave the event its serial. */
  stamp(promise: bigint, serial: number): void {
    const group = this.#promises.get(promise);
    if (group && group.id.serial === 0 && serial !== 0) this.#give(group, serial);
  }

  /**
   * The system call is over.
   *
   * @param outcome - absent if nobody saw what became of it
   * @param serial - 0 if the kernel wrote nothing about it
   */
  exit(promise: bigint, outcome: Outcome | undefined, serial: number): void {
    const known = this.#promises.get(promise);
    if (!known) return;
    if (outcome) known.outcome = outcome;
    const group = known.id.serial === 0 && serial !== 0 ? this.#give(known, serial) : known;
    if (group.id.serial === 0 || !this.#expectRecords) this.#leave(group, 'alone');
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
    if (type !== EOE) group.records.push({ type, body: body() });
    if (type === EOE || type === PROCTITLE) this.#leave(group, 'joined');
    return 'taken';
  }

  /**
   * How far the kernel has come: the time of a record that was handed in.
   *
   * As long as records keep coming that are not newer than an event by the whole wait, the event is not late:
   * the kernel, or whoever reads its records, is behind.
   *
   * @param timeMs - of the record's event, milliseconds since 1970
   */
  heard(timeMs: number, nowMs: number): void {
    this.#heardTimeMs = timeMs;
    this.#heardMs = nowMs;
  }

  /** Whether {@link tick} would let something go. */
  due(nowMs: number): boolean {
    for (const group of this.#groups) if (this.#deadline(group) <= nowMs) return true;
    return false;
  }

  /**
   * Lets go of what has waited too long.
   *
   * @returns when to call again, undefined if nothing waits
   */
  tick(nowMs: number): number | undefined {
    let next: number | undefined;
    for (const group of this.#groups) {
      const deadline = this.#deadline(group);
      if (deadline <= nowMs) this.#leave(group, endOfWait(group), nowMs);
      else next = next === undefined ? deadline : Math.min(next, deadline);
    }
    for (const [serial, since] of this.#gone) {
      if (since + TOMBSTONE_MS > nowMs) break;
      this.#gone.delete(serial);
    }
    return next;
  }

  /** Lets everything go, at the end. */
  flush(): void {
    for (const group of this.#groups) this.#leave(group, endOfWait(group));
  }

  #deadline(group: Group): number {
    if (group.id.serial === 0) return group.deadline;
    const ahead = this.#heardTimeMs - (group.id.seconds * 1000 + group.id.milliseconds);
    // Far behind is no lag, the clock was set.
    const isBehind = ahead < this.#times.kernelMs && ahead > -LONGEST_LAG_MS;
    return isBehind ? Math.max(group.deadline, this.#heardMs + this.#times.kernelMs) : group.deadline;
  }

  /** One event can have two promises, when io_uring works during a system call: it stays one group. */
  #give(group: Group, serial: number): Group {
    const other = this.#serials.get(serial);
    const whole = other ? this.#merge(group, other) : group;
    whole.id.serial = serial;
    this.#serials.set(serial, whole);
    this.#gone.delete(serial);
    return whole;
  }

  /** The older one stays, so that groups remain in the order of the ring. */
  #merge(group: Group, other: Group): Group {
    const isOlder = group.positions[0] < other.positions[0];
    const [first, second] = isOlder ? [group, other] : [other, group];
    first.decisions.push(...second.decisions);
    first.positions.push(...second.positions);
    first.promises.push(...second.promises);
    first.records.push(...second.records);
    first.outcome = group.outcome ?? other.outcome;
    for (const promise of second.promises) this.#promises.set(promise, first);
    this.#groups.delete(second);
    return first;
  }

  #leave(group: Group, end: JoinEnd, nowMs?: number): void {
    this.#groups.delete(group);
    for (const promise of group.promises) this.#promises.delete(promise);
    const { id, decisions, positions, records, outcome } = group;
    if (id.serial !== 0) {
      this.#serials.delete(id.serial);
      if (this.#expectRecords) this.#gone.set(id.serial, nowMs ?? group.deadline);
    }
    if (end === 'joined') this.counts.joined++;
    else if (end === 'alone') this.counts.alone++;
    else this.counts.timeouts++;
    this.#handOut({ id, decisions, positions, records, outcome, end });
  }
}

function endOfWait(group: Group): JoinEnd {
  return group.silent && group.id.serial === 0 ? 'alone' : 'timeout';
}
