/** More entries than a busy system has different users, commands and directories. */
const MAX_ENTRIES = 4096;

/**
 * Remembers what texts were turned into. When it is full it begins anew, so that a log of ever new texts
 * costs no memory.
 */
export class TextCache {
  readonly #byType = new Map<number, Map<string, string>>();

  /** What a text of a record type was turned into, or undefined. */
  get(type: number, text: string): string | undefined {
    return this.#byType.get(type)?.get(text);
  }

  /** Remembers it. */
  set(type: number, text: string, result: string): void {
    let texts = this.#byType.get(type);
    if (texts === undefined) {
      texts = new Map();
      this.#byType.set(type, texts);
    }
    if (texts.size >= MAX_ENTRIES) texts.clear();
    // A slice would keep the whole batch in memory that it was cut from.
    texts.set(copyOf(text), copyOf(result));
  }
}

function copyOf(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}
