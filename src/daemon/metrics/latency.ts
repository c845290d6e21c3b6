/** Upper bound of the first bucket in nanoseconds; each further one is the square root of 2 as wide. */
const FIRST_NS = 64_000;
const BUCKETS = 42;
/** Up to here whole numbers can be had by their leading zeros, without a logarithm. */
const WORD = 2 ** 32;
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
  readonly #counts: Float64Array = new Float64Array(BUCKETS + 1);
  #count = 0;
  #sumNs = 0;
  #maxNs = 0;

  /**
   * Takes how long ago these moments are, of which the first `length` count. One that lies ahead is now.
   *
   * @param now - in nanoseconds, as the moments
   */
  addSince(now: number, moments: Float64Array, length: number): void {
    const counts = this.#counts;
    // On local variables: a property that is written for each record makes a number on the heap for each.
    let [sum, max] = [0, this.#maxNs];
    // Records of a batch are of about the same age: the bucket of the one before holds most of them.
    let [bucket, above, upTo] = [0, NaN, NaN];
    for (let i = 0; i < length; i++) {
      const ns = now - moments[i]!;
      if (!(ns > above && ns <= upTo)) {
        bucket = bucketOf(ns);
        above = bucket === 0 ? -Infinity : BOUNDS_NS[bucket - 1]!;
        upTo = BOUNDS_NS[bucket] ?? Infinity;
      }
      counts[bucket]!++;
      if (ns <= 0) continue;
      sum += ns;
      if (ns > max) max = ns;
    }
    this.#count += length;
    this.#sumNs += sum;
    this.#maxNs = max;
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

/** Two buckets to a power of two: the number of the power that holds the square. */
function bucketOf(ns: number): number {
  if (ns <= FIRST_NS) return 0;
  const square = (ns / FIRST_NS) ** 2;
  if (square < WORD) return 32 - Math.clz32(Math.ceil(square) - 1);
  return Math.min(BUCKETS, Math.ceil(Math.log2(square)));
}
