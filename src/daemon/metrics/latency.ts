/** Upper bound of the first bucket in nanoseconds; each further one is the square root of 2 as wide. */
const FIRST_NS = 64_000;
const BUCKETS = 42;
const BOUNDS_NS: readonly number[] = Array.from({ length: BUCKETS }, (_, i) => FIRST_NS * 2 ** (i / 2));

/** One bucket of a histogram: how many values are not above `seconds`, those of smaller buckets included. */
export interface Bucket {
  readonly seconds: number;
  readonly count: number;
}

/** What a {@link Latency} has seen. */
export interface LatencySummary {
  readonly count: number;
  readonly sumSeconds: number;
  readonly maxSeconds: number;
  /** Estimates, at most 20 percent off; 0 if nothing was seen. */
  readonly p50Seconds: number;
  readonly p99Seconds: number;
  readonly buckets: readonly Bucket[];
}

/** How long records take from the hook to the log: a histogram from 64 microseconds to two minutes. */
export class Latency {
  readonly #counts: number[] = Array.from({ length: BUCKETS + 1 }, () => 0);
  #count = 0;
  #sumNs = 0;
  #maxNs = 0;

  /** Takes one duration in nanoseconds. One below 0 is 0. */
  add(ns: number): void {
    const bucket = ns <= FIRST_NS ? 0 : Math.min(BUCKETS, Math.ceil(2 * Math.log2(ns / FIRST_NS)));
    this.#counts[bucket]!++;
    this.#count++;
    if (ns <= 0) return;
    this.#sumNs += ns;
    if (ns > this.#maxNs) this.#maxNs = ns;
  }

  /** What was seen so far. */
  get summary(): LatencySummary {
    let below = 0;
    return {
      count: this.#count,
      sumSeconds: this.#sumNs / 1e9,
      maxSeconds: this.#maxNs / 1e9,
      p50Seconds: this.#quantile(0.5),
      p99Seconds: this.#quantile(0.99),
      buckets: BOUNDS_NS.map((bound, i) => ({ seconds: bound / 1e9, count: (below += this.#counts[i]!) })),
    };
  }

  #quantile(share: number): number {
    const wanted = this.#count * share;
    let below = 0;
    for (const [i, count] of this.#counts.entries()) {
      if (count === 0 || below + count < wanted) {
        below += count;
        continue;
      }
      const from = i === 0 ? 0 : BOUNDS_NS[i - 1]!;
      const to = Math.min(BOUNDS_NS[i] ?? this.#maxNs, this.#maxNs);
      return (from + (Math.max(to, from) - from) * ((wanted - below) / count)) / 1e9;
    }
    return 0;
  }
}
