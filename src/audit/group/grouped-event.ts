/** Numbers per record in {@link GroupedEvent.spans}: where it starts, its length in bytes, its type. */
export const SPAN_WIDTH = 3;

/** An event as the grouper builds it: its key, and where its records stand in the input. */
export class GroupedEvent {
  readonly sec: number;
  readonly milli: number;
  readonly serial: number;
  /** Name of the node, or null if its lines carry none; the two are never equal. */
  readonly node: string | null;
  /** Type of the first record. */
  readonly firstType: number;
  /** Order of arrival. */
  readonly sequence: number;
  /** Offset, length and type of each record, in the order of arrival; offsets count from the first input. */
  readonly spans: number[] = [];
  complete = false;
  /** It has been given out. */
  emitted = false;
  /** Another event in flight whose stamp has the same hash. */
  next: GroupedEvent | undefined = undefined;

  constructor(
    sec: number,
    milli: number,
    serial: number,
    node: string | null,
    firstType: number,
    sequence: number,
  ) {
    this.sec = sec;
    this.milli = milli;
    this.serial = serial;
    this.node = node;
    this.firstType = firstType;
    this.sequence = sequence;
  }

  /** Its records are still needed by whoever keeps the bytes. */
  get isInFlight(): boolean {
    return !this.emitted;
  }

  /** Number of records. */
  get recordCount(): number {
    return this.spans.length / SPAN_WIDTH;
  }
}
