import { PROG_AT, SIZE } from '../abi/abi.ts';
import { reportedMap, updateMap, lookUpMap, mapKeys } from '../bpf/map-entries.ts';
import type { SharedMaps } from '../bpf/shared-maps.ts';
import { readCounters, slotOf } from '../bpf/slots.ts';
import { number64, type LossTracker } from '../events/losses.ts';

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

  constructor(maps: SharedMaps, losses: LossTracker) {
    this.#maps = maps;
    this.#losses = losses;
    this.#reported = reportedMap(maps.pinRoot);
    this.#open();
  }

  /** Compares the counters with what the tracker knows, and lets it report the difference. */
  settle(): void {
    const programs = this.#maps.programs;
    for (let slot = 1; slot < SLOTS; slot++) {
      const at = slot * SIZE.prog;
      const progId = programs.getUint32(at + PROG_AT.prog_id, true);
      if (progId !== 0) this.#losses.settle({ progId, selfMap: 0, site: 0 }, lostRecords(programs, at));
    }
    this.#eachForeign((selfMap, site, entry) =>
      this.#losses.settle({ progId: 0, selfMap, site }, lostRecords(entry, 0)),
    );
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
      this.#losses.baseline({ progId, selfMap: 0, site: 0 }, number64(programs, at + PROG_AT.reported));
    }
    this.#eachForeign((selfMap, site) => {
      const reported = lookUpMap(this.#reported.fd, foreignKey(selfMap, site), 8);
      this.#losses.baseline({ progId: 0, selfMap, site }, reported ? Number(reported.readBigUInt64LE()) : 0);
    });
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
