import { FOREIGN_KEY_AT, SIZE } from '../abi/abi.ts';
import { lookUpMap, mapKeys } from './map-entries.ts';

/** Where a program that somebody else attached has its counters: `struct bpf_audit_foreign_key`. */
export interface ForeignPlace {
  /** Id of the map that stands for its object. */
  readonly selfMap: number;
  /** Which `bpf_audit_log_start()` of the object. */
  readonly site: number;
}

/** The key of a place in `bpf_audit_foreign`, and in what readers keep beside it. */
export function foreignKey({ selfMap, site }: ForeignPlace): Buffer {
  const key = Buffer.alloc(SIZE.foreign_key);
  key.writeUInt32LE(selfMap, FOREIGN_KEY_AT.self_map);
  key.writeUInt32LE(site, FOREIGN_KEY_AT.site);
  return key;
}

/**
 * All places from which somebody has logged.
 *
 * @param foreignMap - descriptor of `bpf_audit_foreign`
 */
export function foreignPlaces(foreignMap: number): ForeignPlace[] {
  return mapKeys(foreignMap, SIZE.foreign_key).map((key) => ({
    selfMap: key.readUInt32LE(FOREIGN_KEY_AT.self_map),
    site: key.readUInt32LE(FOREIGN_KEY_AT.site),
  }));
}

/**
 * The `struct bpf_audit_prog` of a place; nothing if nobody has logged from there.
 *
 * @param foreignMap - descriptor of `bpf_audit_foreign`
 */
export function foreignEntry(foreignMap: number, place: ForeignPlace): Buffer | undefined {
  return lookUpMap(foreignMap, foreignKey(place), SIZE.prog);
}
