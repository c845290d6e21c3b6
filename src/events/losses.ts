import { EVENT_AT } from '../abi/abi.ts';

/** Records of one program that were lost between two of its records. */
export interface Gap {
  /** Program id; 0 if somebody else attached it, see {@link selfMap} and {@link site}. */
  readonly progId: number;
  /** Map id of the object the program belongs to. */
  readonly selfMap: number;
  /** Which `bpf_audit_log_start()` of the object. */
  readonly site: number;
  /** How many records. */
  readonly lost: number;
  /**
   * Sequence number of the last record that was seen before, -1 if there was none. A record of another CPU
   * that took its number before that one and asked for room later may be among the lost.
   */
  readonly after: number;
  /** Sequence number of the record that tells of the loss, -1 if the program's counter told. */
  readonly before: number;
  /** What the program has lost in all, this gap included. */
  readonly total: number;
}

/** Whose records: by id, or by object and site if somebody else attached the program. */
export type Source = Pick<Gap, 'progId' | 'selfMap' | 'site'>;

interface Seen {
  readonly key: number;
  /** Sequence numbers below this are of records that were begun before this reader's time. */
  readonly before: number;
  lost: number;
  last: number;
  received: number;
}

// Constants of this module are compiled in, those of another are looked up at every use.
const { prog_id: PROG_ID, self_map: SELF_MAP, site: SITE, seq: SEQ, lost: LOST } = EVENT_AT;
const RECENT = 64;
const NOBODY: Seen = { key: NaN, before: 0, lost: 0, last: 0, received: 0 };

/**
 * Knows for every program how many of its records were lost in the ring, and where.
 *
 * Each record carries how many were lost before it, so a gap is known exactly with the next record; the
 * sequence numbers, which lost records use up too, say between which.
 */
export class LossTracker {
  readonly #programs = new Map<number, Seen>();
  /** The programs that were seen last, by the lower bits of their key: spares most look-ups. */
  readonly #recent: Seen[] = Array.from({ length: RECENT }, () => NOBODY);
  readonly #onGap: (gap: Gap) => void;
  #carried = 0;

  constructor(onGap: (gap: Gap) => void) {
    this.#onGap = onGap;
  }

  /** Takes notice of the event at `at`. */
  observe(view: DataView, at: number): void {
    const progId = view.getInt32(at + PROG_ID, true);
    const key = progId !== 0 ? progId : foreignKey(view, at);
    let seen = this.#recent[key & (RECENT - 1)]!;
    if (seen.key !== key) {
      seen = this.#programs.get(key) ?? this.#meet(key, 0, 0);
      this.#recent[key & (RECENT - 1)] = seen;
    }
    const seq = number64(view, at + SEQ);
    const lost = number64(view, at + LOST);
    seen.received++;
    if (seq < seen.before) this.#carried++;
    if (lost > seen.lost) this.#tell(seen, view, at, seq, lost);
    if (seq > seen.last) seen.last = seq;
  }

  /**
   * Sets what of a program's losses was reported before this reader's time, and how many records it had begun; 0
   * without it.
   */
  baseline(source: Source, lost: number, begun: number): void {
    const key = keyOf(source.progId, source.selfMap, source.site);
    this.#recent[key & (RECENT - 1)] = this.#meet(key, lost, begun);
  }

  /** Records that were seen and had been begun before this reader's time. */
  get carried(): number {
    return this.#carried;
  }

  /**
   * Takes notice of the program's own counter: what was lost behind its last record, no record tells of.
   *
   * @param lost - records that the program has lost in all
   */
  settle(source: Source, lost: number): void {
    const key = keyOf(source.progId, source.selfMap, source.site);
    const seen = this.#programs.get(key) ?? this.#meet(key, 0, 0);
    if (lost <= seen.lost) return;
    const { progId, selfMap, site } = source;
    const gap = { progId, selfMap, site, lost: lost - seen.lost, after: seen.last, before: -1, total: lost };
    seen.lost = lost;
    this.#onGap(gap);
  }

  /** Records of a program that were seen, and how many were lost up to the last one. */
  of(progId: number): { readonly received: number; readonly lost: number } | undefined {
    return this.#programs.get(progId);
  }

  #tell(seen: Seen, view: DataView, at: number, seq: number, lost: number): void {
    this.#onGap({
      progId: view.getUint32(at + PROG_ID, true),
      selfMap: view.getUint32(at + SELF_MAP, true),
      site: view.getUint16(at + SITE, true),
      lost: lost - seen.lost,
      after: seen.last,
      before: seq,
      total: lost,
    });
    seen.lost = lost;
  }

  #meet(key: number, lost: number, before: number): Seen {
    const seen = { key, before, lost, last: -1, received: 0 };
    this.#programs.set(key, seen);
    return seen;
  }
}

function keyOf(progId: number, selfMap: number, site: number): number {
  return progId !== 0 ? progId : -(selfMap * 65536 + site) - 1;
}

/** Programs that somebody else attached are known by their map and place; their keys are below 0. */
function foreignKey(view: DataView, at: number): number {
  return -(view.getUint32(at + SELF_MAP, true) * 65536 + view.getUint16(at + SITE, true)) - 1;
}

/** An unsigned 64-bit number that stays below 2^53. */
export function number64(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * 4294967296 + view.getUint32(at, true);
}
