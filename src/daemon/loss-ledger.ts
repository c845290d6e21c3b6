import { PROG_AT, SIZE } from '../abi/abi.ts';
import { reportedMap, updateMap, lookUpMap, mapKeys } from '../bpf/map-entries.ts';
import type { SharedMaps } from '../bpf/shared-maps.ts';
import { readCounters, slotOf } from '../bpf/slots.ts';
import { number64, type LossTracker, type Source } from '../events/losses.ts';

const SLOTS = 1024;

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
  readonly #begun = new Map<string, { readonly before: number; now: number }>();
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
  written(program: { progId: number; selfMap: number; site: number }, total: number): void {
    if (program.progId === 0) {
      updateMap(this.#reported.fd, foreignKey(program.selfMap, program.site), number(total));
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
    for (let slot = 1; slot < SLOTS; slot++) {
      const at = slot * SIZE.prog;
      const progId = programs.getUint32(at + PROG_AT.prog_id, true);
      if (progId === 0) continue;
      const reported = number64(programs, at + PROG_AT.reported);
      this.#begin({ progId, selfMap: 0, site: 0 }, programs, at, reported);
    }
    this.#eachForeign((selfMap, site, entry) => {
      const reported = lookUpMap(this.#reported.fd, foreignKey(selfMap, site), 8);
      const source = { progId: 0, selfMap, site };
      this.#begin(source, entry, 0, reported ? Number(reported.readBigUInt64LE()) : 0);
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
   * that is gone counts with what was known of it last.
   */
  emitted(): number {
    this.each((source, view, at) => {
      const key = sourceKey(source);
      const known = this.#begun.get(key) ?? { before: 0, now: 0 };
      known.now = number64(view, at + PROG_AT.seq);
      this.#begun.set(key, known);
    });
    let sum = this.#lostBefore + this.#losses.carried;
    for (const { before, now } of this.#begun.values()) sum += now - before;
    return sum;
  }

  /** Visits the `struct bpf_audit_prog` of every program, at `at` of a view. */
  each(visit: (source: Source, view: DataView, at: number) => void): void {
    const programs = this.#maps.programs;
    for (let slot = 1; slot < SLOTS; slot++) {
      const at = slot * SIZE.prog;
      const progId = programs.getUint32(at + PROG_AT.prog_id, true);
      if (progId !== 0) visit({ progId, selfMap: 0, site: 0 }, programs, at);
    }
    this.#eachForeign((selfMap, site, entry) => visit({ progId: 0, selfMap, site }, entry, 0));
  }

  #eachForeign(visit: (selfMap: number, site: number, entry: DataView) => void): void {
    const map = this.#maps.fd('bpf_audit_foreign');
    for (const key of mapKeys(map, SIZE.foreign_key)) {
      const entry = lookUpMap(map, key, SIZE.prog);
      if (!entry) continue;
      visit(
        key.readUInt32LE(0),
        key.readUInt32LE(4),
        new DataView(entry.buffer, entry.byteOffset, entry.length),
      );
    }
  }
}

function sourceKey({ progId, selfMap, site }: Source): string {
  return `${progId} ${selfMap} ${site}`;
}

function lostRecords(programs: DataView, at: number): number {
  const { lost } = readCounters(programs, at);
  return lost.full + lost.busy;
}

function foreignKey(selfMap: number, site: number): Buffer {
  const key = Buffer.alloc(SIZE.foreign_key);
  key.writeUInt32LE(selfMap, 0);
  key.writeUInt32LE(site, 4);
  return key;
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
