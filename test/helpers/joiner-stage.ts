import { CONTEXT } from '../../src/abi/abi.ts';
import { Joiner, type JoinerTimes } from '../../src/events/join/joiner.ts';
import type { JoinedEvent } from '../../src/events/join/joined-event.ts';
import { decision, type DecisionOptions } from './ring-event.ts';

/** Types of the kernel's records, as in linux/audit.h. */
export const SYSCALL = 1300;
export const PATH = 1302;
export const CWD = 1307;
export const EOE = 1320;
export const PROCTITLE = 1327;

/** Time stamp of every decision that is staged; its serial is another matter. */
export const ID = { seconds: 1_795_151_761, milliseconds: 717, serial: 0 };
/** The same in ms. */
export const NOW: number = ID.seconds * 1000 + ID.milliseconds;

/** Outcome of a system call that was denied. */
export const DENIED = { exit: -1n, success: false };

/** Context of a system call that audit does not look at, since no rule is loaded. */
export const DUMMY: number = CONTEXT.PRESENT | CONTEXT.SYSCALL | CONTEXT.DUMMY;

/** A joiner with what can be told to it, and all that left it. */
export interface JoinerStage {
  readonly joiner: Joiner;
  readonly left: readonly JoinedEvent[];
  /** A policy has decided. */
  readonly decide: (options?: DecisionOptions & { nowMs?: number; position?: number }) => void;
  /** The kernel has written records of one serial; gives what the joiner did with each. */
  readonly say: (serial: number, ...types: number[]) => string[];
}

/** Sets up a joiner that waits for the kernel's records unless told otherwise. */
export function joinerStage(options: { expectRecords?: boolean; times?: JoinerTimes } = {}): JoinerStage {
  const left: JoinedEvent[] = [];
  const joiner = new Joiner({
    handOut: (event) => left.push(event),
    expectRecords: options.expectRecords ?? true,
    ...(options.times === undefined ? {} : { times: options.times }),
  });
  return {
    joiner,
    left,
    decide: ({ nowMs = 0, position = 0, ...what } = {}) =>
      joiner.decision(decision(what), { ...ID, serial: what.serial ?? 0 }, nowMs, position),
    say: (serial, ...types) =>
      types.map((type) => joiner.record(type, serial, () => Buffer.from(`${serial}/${type}`))),
  };
}

/** The same after one decision of which the serial is known: 17. */
export function resolvedStage(): JoinerStage {
  const stage = joinerStage();
  stage.decide();
  stage.joiner.stamp(1n, 17);
  return stage;
}

/** Each event in a line: how it ended, its serial, the programs that decided, and the types of its records. */
export function summary(events: readonly JoinedEvent[]): string[] {
  return events.map(({ id, decisions, records, end }) => {
    const programs = decisions.map(({ progId }) => progId).join('+');
    return `${end} ${id.serial} by ${programs}: ${records.map(({ type }) => type).join(' ')}`.trimEnd();
  });
}
