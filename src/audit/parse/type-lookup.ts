import { recordTypeEntries, recordTypeNumber } from '../tables/record-types.ts';

/** What a record gets whose type word is none we can read: the value that libaudit returns for it. */
export const UNKNOWN_TYPE = -1;

interface KnownType {
  readonly bytes: Buffer;
  readonly type: number;
}

/**
 * Reads the word after `type=` from bytes, without making a string for the types that have a name.
 *
 * Lines come by the million, and their types by the dozen, so the word is hashed and compared with the
 * known names; only an unknown word, such as `UNKNOWN[1427]`, is turned into a string, once per word.
 */
export class TypeLookup {
  readonly #byHash: ReadonlyMap<number, KnownType> = knownTypes();
  readonly #others = new Map<string, number>();

  /** The number of the type that stands in `buffer[start, end)`, or {@link UNKNOWN_TYPE}. */
  lookup(buffer: Buffer, start: number, end: number): number {
    const known = this.#byHash.get(hash(buffer, start, end));
    if (known !== undefined && sameBytes(known.bytes, buffer, start, end)) return known.type;
    return this.#other(buffer.toString('latin1', start, Math.min(end, start + 64)));
  }

  #other(word: string): number {
    let type = this.#others.get(word);
    if (type === undefined) {
      type = recordTypeNumber(word) ?? UNKNOWN_TYPE;
      // A log full of invented words must not fill the memory.
      if (this.#others.size < 1024) this.#others.set(word, type);
    }
    return type;
  }
}

let known: Map<number, KnownType> | undefined;

/** Made once for all readers of a thread. */
function knownTypes(): ReadonlyMap<number, KnownType> {
  if (known !== undefined) return known;
  known = new Map();
  for (const [type, name] of recordTypeEntries()) {
    const bytes = Buffer.from(name, 'latin1');
    known.set(hash(bytes, 0, bytes.length), { bytes, type });
  }
  return known;
}

function hash(buffer: Buffer, start: number, end: number): number {
  let value = 0;
  for (let i = start; i < end; i += 1) value = (Math.imul(value, 31) + (buffer[i] ?? 0)) | 0;
  return value;
}

function sameBytes(bytes: Buffer, buffer: Buffer, start: number, end: number): boolean {
  if (bytes.length !== end - start) return false;
  for (let i = 0; i < bytes.length; i += 1) if (bytes[i] !== buffer[start + i]) return false;
  return true;
}
