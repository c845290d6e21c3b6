/** What auditd looked up when it wrote the record: the part of a line after the group separator (0x1d). */
export class Enrichment {
  readonly #values = new Map<string, string>();

  /** @param text what follows the separator, such as `UID="root" AUID="unset"`. */
  constructor(text: string) {
    if (text.startsWith('SADDR=')) this.#readSockaddr(text);
    else for (const word of text.split(' ')) this.#readPair(word);
  }

  /** What was looked up for a field, or undefined. Names are in lower case, as in the record. */
  get(field: string): string | undefined {
    return this.#values.get(field);
  }

  #readSockaddr(text: string): void {
    const open = text.indexOf('{', 6);
    if (open >= 0 && text.includes('}', open)) this.#values.set('saddr', text.slice(open));
  }

  #readPair(word: string): void {
    const equals = word.indexOf('=');
    if (equals < 0) return;
    const name = word.slice(0, equals).toLowerCase();
    if (!this.#values.has(name)) this.#values.set(name, word.slice(equals + 1));
  }
}
