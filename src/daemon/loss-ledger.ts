import { PROG_AT, SIZE } from '../abi/abi.ts';
import { foreignEntry, foreignKey, foreignPlaces, type ForeignPlace } from '../bpf/foreign-programs.ts';
import { lookUpMap, reportedMap, updateMap } from '../bpf/map-entries.ts';
import type { SharedMaps } from '../bpf/shared-maps.ts';
import { allSlots, readCounters, slotOf } from '../bpf/slots.ts';
import { number64, sourceKey, type LossTracker, type Source } from '../events/losses.ts';

/** Records that a program has begun: before this reader's time, and as of the last look. */
interface Begun {
  readonly before: number;
  now: number;
}

/**
 * What programs have lost, as their own counters say it, and what of that is written down already.
 *
 * A record tells what was lost before it. Here is what no record has told yet: losses behind the last record
 * of a program, and losses that fell into the time when no reader was there. What was written down is kept
 * beside the counters, so that every loss is reported once, whoever reads.
 */
export class LossLedger implements Disposable {
  readonly #maps: SharedMaps;
  readonly #losses: LossTracker;
  readonly #reported: ReturnType<typeof reportedMap>;
  readonly #begun = new Map<number, Begun>();
  #lostBefore = 0;

  constructor(maps: SharedMaps, losses: LossTracker) {
    this.#maps = maps;
    this.#losses = losses;
    this.#reported = reportedMap(maps.pinRoot);
    this.#open();
  }

  /** Compares the counters with what the tracker knows, and lets it report the difference. */
  settle(): void {
    this.each((source, view, at) => this.#losses.settle(source, lostRecords(view, at)));
  }

  /** Keeps that the losses up to `total` of a program are written down. */
  written(program: Source, total: number): void {
    if (program.progId === 0) {
      updateMap(this.#reported.fd, foreignKey(program), number(total));
      return;
    }
    const slot = slotOf(this.#maps.programs, program.progId);
    if (slot === undefined) return;
    this.#maps.programs.setBigUint64(slot * SIZE.prog + PROG_AT.reported, BigInt(total), true);
  }

  [Symbol.dispose](): void {
    this.#reported[Symbol.dispose]();
  }

  /** Begins where the reader before has stopped. */
  #open(): void {
    const programs = this.#maps.programs;
    for (const { slot, progId } of allSlots(programs)) {
      const at = slot * SIZE.prog;
      const reported = number64(programs, at + PROG_AT.reported);
      this.#begin({ progId, selfMap: 0, site: 0 }, programs, at, reported);
    }
    this.#eachForeign((place, entry) => {
      const reported = lookUpMap(this.#reported.fd, foreignKey(place), 8);
      this.#begin({ progId: 0, ...place }, entry, 0, reported ? Number(reported.readBigUInt64LE()) : 0);
    });
  }

  #begin(source: Source, view: DataView, at: number, reported: number): void {
    const begun = number64(view, at + PROG_AT.seq);
    this.#losses.baseline(source, reported, begun);
    this.#begun.set(sourceKey(source), { before: begun, now: begun });
    this.#lostBefore += Math.max(0, lostRecords(view, at) - reported);
  }

  /**
   * Records that programs began in this reader's time, and those from before that it had to deal with. A program
   * that is gone counts with what was known of it last, by its counter or by its records.
   */
  emitted(): number {
    const present = new Set<number>();
    this.each((source, view, at) => {
      const key = sourceKey(source);
      present.add(key);
      this.#knownBegun(key).now = number64(view, at + PROG_AT.seq);
    });
    this.#losses.eachLast((key, last) => {
      if (present.has(key)) return;
      const known = this.#knownBegun(key);
      known.now = Math.max(known.now, last + 1);
    });
    let sum = this.#lostBefore + this.#losses.carried;
    for (const { before, now } of this.#begun.values()) sum += now - before;
    return sum;
  }

  #knownBegun(key: number): Begun {
    const known = this.#begun.get(key) ?? { before: 0, now: 0 };
    this.#begun.set(key, known);
    return known;
  }

  /** Visits the `struct bpf_audit_prog` of every program, at `at` of a view. */
  each(visit: (source: Source, view: DataView, at: number) => void): void {
    const programs = this.#maps.programs;
    for (const { slot, progId } of allSlots(programs)) {
      visit({ progId, selfMap: 0, site: 0 }, programs, slot * SIZE.prog);
    }
    this.#eachForeign((place, entry) => visit({ progId: 0, ...place }, entry, 0));
  }

  #eachForeign(visit: (place: ForeignPlace, entry: DataView) => void): void {
    const map = this.#maps.fd('bpf_audit_foreign');
    for (const place of foreignPlaces(map)) {
      const entry = foreignEntry(map, place);
      if (entry) visit(place, new DataView(entry.buffer, entry.byteOffset, entry.length));
    }
  }
}

function lostRecords(programs: DataView, at: number): number {
  const { lost } = readCounters(programs, at);
  return lost.full + lost.busy;
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
