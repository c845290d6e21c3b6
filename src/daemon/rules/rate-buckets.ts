import type { RateLimit } from '../../rules/bpf/bpf-rule.ts';
import type { Suppressed, Suppression } from '../suppressed-record.ts';

interface Bucket {
  readonly about: Suppressed;
  /** When it is full again, in microseconds. */
  due: number;
  suppressed: number;
  firstMs: number;
  lastMs: number;
}

const MOST = 16_384;

/**
 * Token buckets of the rules that only user space can decide. The same arithmetic as `bpf_audit__admit()` in the
 * header: a bucket is the time at which it is full again.
 */
export class RateBuckets {
  readonly #buckets = new Map<string, Bucket>();

  /**
   * Whether one more record may pass.
   *
   * @param limit - of the rule
   * @param limitId - what it is counted under
   * @param about - whose bucket it is
   * @param nowMs - a clock that only goes forward
   */
  admit(limit: RateLimit, limitId: bigint, about: Suppressed, nowMs: number): boolean {
    const bucket = this.#bucket(`${limitId} ${about.per} ${about.object} ${about.device}`, about);
    // In whole microseconds: parts of numbers would not add up.
    const now = Math.floor(nowMs * 1000);
    const interval = Math.floor((limit.seconds * 1_000_000) / limit.records);
    const from = Math.max(bucket.due, now);
    if (from - now > interval * (limit.records - 1)) {
      if (bucket.suppressed++ === 0) bucket.firstMs = nowMs;
      bucket.lastMs = nowMs;
      return false;
    }
    bucket.due = from + interval;
    return true;
  }

  /** What was suppressed since the last time. */
  take(): Suppression[] {
    const taken: Suppression[] = [];
    for (const bucket of this.#buckets.values()) {
      if (bucket.suppressed === 0) continue;
      const seconds = Math.ceil((bucket.lastMs - bucket.firstMs) / 1000);
      taken.push({ ...bucket.about, records: bucket.suppressed, seconds });
      bucket.suppressed = 0;
    }
    return taken;
  }

  #bucket(name: string, about: Suppressed): Bucket {
    const known = this.#buckets.get(name);
    if (known !== undefined) return known;
    // The oldest that owes no report goes.
    if (this.#buckets.size >= MOST) {
      const old = [...this.#buckets].find(([, { suppressed }]) => suppressed === 0);
      if (old !== undefined) this.#buckets.delete(old[0]);
    }
    const made = { about, due: 0, suppressed: 0, firstMs: 0, lastMs: 0 };
    this.#buckets.set(name, made);
    return made;
  }
}
