import { SIZE } from '../../abi/abi.ts';
import { BUCKET_AT, BUCKET_KEY_AT } from '../../abi/rules-abi.ts';
import { lookUpMap, mapKeys, toldMap, updateMap } from '../../bpf/map-entries.ts';
import type { SharedMaps } from '../../bpf/shared-maps.ts';
import { LIMIT_SCOPES, type BpfRule } from '../../rules/bpf/bpf-rule.ts';
import { limitIdOf } from '../../rules/kernel-filter/rule-table.ts';
import type { Suppressed, Suppression } from '../suppressed-record.ts';

/** `enum bpf_audit_limit_per` */
const SCOPES: readonly (typeof LIMIT_SCOPES)[number][] = ['key', 'policy', 'exe', 'cgroup'];

const MOST_KEYS = 4096;

/**
 * What the kernel's rate limits have suppressed and nobody has written down yet. What was written is kept in a
 * pinned map, so each suppressed record is told about once, whoever reads.
 */
export class SuppressedRecords implements Disposable {
  readonly #maps: SharedMaps;
  readonly #told: ReturnType<typeof toldMap>;
  /** Up to when the last telling of a bucket went, in nanoseconds since boot. */
  readonly #until = new Map<string, bigint>();
  /** Keys of limits, also of rules that are gone: what they held back last is told about afterwards. */
  readonly #keys = new Map<bigint, readonly string[]>();

  constructor(maps: SharedMaps) {
    this.#maps = maps;
    this.#told = toldMap(maps.pinRoot);
  }

  /**
   * Takes the difference since the last time.
   *
   * @param rules - the list, to say under which key a limit stands
   */
  take(rules: readonly BpfRule[]): Suppression[] {
    const buckets = this.#maps.fd('bpf_audit_buckets');
    if (this.#keys.size > MOST_KEYS) this.#keys.clear();
    for (const rule of rules) if (rule.limit !== undefined) this.#keys.set(limitIdOf(rule), rule.keys);
    const found: Suppression[] = [];
    for (const key of mapKeys(buckets, SIZE.bucket_key)) {
      const bucket = lookUpMap(buckets, key, SIZE.bucket);
      const total = bucket?.readBigUInt64LE(BUCKET_AT.suppressed) ?? 0n;
      const told = lookUpMap(this.#told.fd, key, 8)?.readBigUInt64LE(0) ?? 0n;
      if (bucket === undefined || total === told) continue;
      // A bucket that was thrown out and made again counts from 0.
      const records = Number(total > told ? total - told : total);
      found.push({ ...describe(key, this.#keys), records, seconds: this.#secondsOf(key, bucket) });
      updateMap(this.#told.fd, key, bucket.subarray(BUCKET_AT.suppressed, BUCKET_AT.suppressed + 8));
    }
    return found;
  }

  [Symbol.dispose](): void {
    this.#told[Symbol.dispose]();
  }

  #secondsOf(key: Buffer, bucket: Buffer): number {
    const last = bucket.readBigUInt64LE(BUCKET_AT.last_ns);
    const name = key.toString('latin1');
    const first = this.#until.get(name) ?? bucket.readBigUInt64LE(BUCKET_AT.first_ns);
    this.#until.set(name, last);
    return Math.ceil(Number(last - first) / 1e9);
  }
}

function describe(key: Buffer, keys: ReadonlyMap<bigint, readonly string[]>): Suppressed {
  return {
    keys: keys.get(key.readBigUInt64LE(BUCKET_KEY_AT.limit)) ?? [],
    per: SCOPES[key.readUInt32LE(BUCKET_KEY_AT.per)] ?? 'key',
    object: key.readBigUInt64LE(BUCKET_KEY_AT.object),
    device: key.readUInt32LE(BUCKET_KEY_AT.device),
  };
}
