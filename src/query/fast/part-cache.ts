const SLOTS = 1 << 14;
/** How far from its place an entry may stand; the cost of a look-up is bounded, whatever a log holds. */
const PROBES = 4;
const MAX_KEY_BYTES = 1024;
const MULTIPLIER = 0x9e3779b1 | 0;

interface Entry<T> {
  readonly hash: number;
  readonly salt: number;
  readonly key: DataView;
  readonly value: T;
}

/**
 * Remembers what parts of lines stand for, by their bytes. Who made a call, which directory, which kind of
 * file: most of a log is a few thousand such parts, again and again.
 *
 * A full neighbourhood loses its oldest entry, so a log of ever new parts costs no memory. The hash begins
 * with a random number, so that no log can be made whose parts meet in one place.
 */
export class PartCache<T> {
  readonly #entries: (Entry<T> | undefined)[] = Array.from({ length: SLOTS });
  readonly #seed = Math.trunc(Math.random() * 0x7fffffff);
  #hash = 0;

  /**
   * What `view[start, end)` stands for, or undefined.
   *
   * @param salt tells parts of different kinds apart.
   */
  find(view: DataView, start: number, end: number, salt: number): T | undefined {
    const hash = hashOf(view, start, end, this.#seed ^ salt);
    this.#hash = hash;
    for (let i = 0; i < PROBES; i += 1) {
      const entry = this.#entries[(hash + i) & (SLOTS - 1)];
      if (entry === undefined) return undefined;
      if (entry.hash === hash && entry.salt === salt && isEqual(entry.key, view, start, end))
        return entry.value;
    }
    return undefined;
  }

  /** Remembers it; must follow a {@link find} of the same part. Long parts are not remembered. */
  add(view: DataView, start: number, end: number, salt: number, value: T): void {
    if (end - start > MAX_KEY_BYTES) return;
    const hash = this.#hash;
    let slot = hash & (SLOTS - 1);
    for (let i = 0; i < PROBES; i += 1) {
      if (this.#entries[(hash + i) & (SLOTS - 1)] !== undefined) continue;
      slot = (hash + i) & (SLOTS - 1);
      break;
    }
    const copy = new Uint8Array(end - start);
    for (let i = start; i < end; i += 1) copy[i - start] = view.getUint8(i);
    this.#entries[slot] = { hash, salt, key: new DataView(copy.buffer), value };
  }
}

/** Two sums at once: a multiplication need not wait for the one before. */
function hashOf(view: DataView, start: number, end: number, seed: number): number {
  let even = seed ^ (end - start);
  let odd = seed;
  let at = start;
  for (; at + 8 <= end; at += 8) {
    even = Math.imul(even ^ view.getInt32(at, true), MULTIPLIER);
    odd = Math.imul(odd ^ view.getInt32(at + 4, true), MULTIPLIER);
    even ^= even >>> 15;
    odd ^= odd >>> 13;
  }
  for (; at < end; at += 1) even = Math.imul(even ^ view.getUint8(at), MULTIPLIER);
  const hash = Math.imul(even ^ (odd >>> 7) ^ (odd << 9), MULTIPLIER);
  return hash ^ (hash >>> 15);
}

/**
 * Compares eight bytes at a time, as numbers: text is never NaN, and bytes that are count as different, so
 * they are only looked at anew.
 */
function isEqual(key: DataView, view: DataView, start: number, end: number): boolean {
  const length = end - start;
  if (key.byteLength !== length) return false;
  let at = 0;
  for (; at + 8 <= length; at += 8)
    if (key.getFloat64(at, true) !== view.getFloat64(start + at, true)) return false;
  for (; at < length; at += 1) if (key.getUint8(at) !== view.getUint8(start + at)) return false;
  return true;
}
