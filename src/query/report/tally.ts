/** One thing that was counted. */
export interface TallyEntry {
  readonly key: string;
  hits: number;
  /** Place of the first event that had it; orders what has equally many hits. */
  first: number;
}

/** Counts how often each key comes. The cost of a key does not grow with the number of keys. */
export class Tally {
  readonly #entries = new Map<string, TallyEntry>();

  /** Number of different keys. */
  get size(): number {
    return this.#entries.size;
  }

  /** Counts a key once, or so many times. */
  add(key: string, sequence: number, hits = 1): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) {
      const own = ownCopy(key);
      this.#entries.set(own, { key: own, hits, first: sequence });
      return;
    }
    entry.hits += hits;
    if (sequence < entry.first) entry.first = sequence;
  }

  /** Everything that was counted, in the order of the first events. */
  entries(): TallyEntry[] {
    return [...this.#entries.values()].sort((a, b) => a.first - b.first);
  }

  /** Everything that was counted, the most frequent first. */
  ranked(): TallyEntry[] {
    return this.entries().sort((a, b) => b.hits - a.hits);
  }

  /** Adds what another tally has counted. */
  merge(entries: Iterable<TallyEntry>): void {
    for (const { key, hits, first } of entries) this.add(key, first, hits);
  }
}

/** A part of a long string keeps all of it in memory: what is kept must be a copy. */
function ownCopy(text: string): string {
  return text.length < 13 ? text : Buffer.from(text, 'latin1').toString('latin1');
}
