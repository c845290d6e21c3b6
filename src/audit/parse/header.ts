import { TypeLookup, UNKNOWN_TYPE } from './type-lookup.ts';

const SPACE = 0x20;
const DOT = 0x2e;
const COLON = 0x3a;
const CLOSE = 0x29;
/** `type=` and ` msg=audit(` as they stand on nearly every line. */
const TYPE_KEY = Buffer.from('type=');
const STAMP_KEY = Buffer.from(' msg=audit(');
/** How much of a line ausearch looks at; a line that starts with `n` may carry a node name. */
const HEAD_BYTES = 80;
/** ausearch takes nothing shorter in the brackets for a stamp. */
const MIN_STAMP_BYTES = 7;
const HEAD_BYTES_WITH_NODE = 340;

/**
 * Reads the head of a record line, `[node=NAME ]type=NAME msg=audit(SEC.MMM:SERIAL):`, into its own fields.
 *
 * One instance is used for all lines, so that the hot path makes no objects. The fields are valid after
 * {@link read} returned true, until the next call.
 */
export class HeaderReader {
  /** Seconds since the epoch. */
  sec = 0;
  /** Milliseconds within the second. */
  milli = 0;
  /** The kernel's event number, 32 bits; it restarts at boot. */
  serial = 0;
  /** Record type, or -1 if the word is none we know. */
  type: number = UNKNOWN_TYPE;
  /** Where the name of the node stands; empty if the line has none. */
  nodeStart = 0;
  nodeEnd = 0;
  readonly #types = new TypeLookup();
  #pos = 0;

  /**
   * Reads the line in `buffer[start, end)`.
   *
   * @returns false if the line is no audit record: it then belongs to no event.
   */
  read(buffer: Buffer, start: number, end: number): boolean {
    this.nodeStart = 0;
    this.nodeEnd = 0;
    if (hasAt(buffer, start, end, TYPE_KEY) && this.#readUsual(buffer, start, end)) return true;
    return this.#readOdd(buffer, start, end);
  }

  /** The line as auditd writes it: no node, single spaces, nothing missing. */
  #readUsual(buffer: Buffer, start: number, end: number): boolean {
    const typeStart = start + TYPE_KEY.length;
    const limit = Math.min(end, start + HEAD_BYTES);
    let pos = typeStart;
    while (pos < limit && buffer[pos] !== SPACE) pos += 1;
    const typeEnd = pos;
    if (typeEnd === typeStart || !hasAt(buffer, pos, limit, STAMP_KEY)) return false;
    const stampStart = pos + STAMP_KEY.length;
    this.#pos = stampStart;
    this.sec = this.#digits(buffer, limit);
    if (buffer[this.#pos] !== DOT) return false;
    this.#pos += 1;
    this.milli = this.#digits(buffer, limit);
    if (buffer[this.#pos] !== COLON) return false;
    this.#pos += 1;
    this.serial = this.#digits(buffer, limit);
    if (buffer[this.#pos] !== CLOSE || this.#pos >= limit || this.milli > 999) return false;
    if (this.#pos - stampStart < MIN_STAMP_BYTES) return false;
    this.type = this.#types.lookup(buffer, typeStart, typeEnd);
    return true;
  }

  #digits(buffer: Buffer, limit: number): number {
    let value = 0;
    let pos = this.#pos;
    for (; pos < limit; pos += 1) {
      const digit = (buffer[pos] ?? 0) - 0x30;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    this.#pos = pos;
    return value;
  }

  /** With a node, with doubled spaces, or mangled: what ausearch still accepts. */
  #readOdd(buffer: Buffer, start: number, end: number): boolean {
    const window = buffer[start] === 0x6e ? HEAD_BYTES_WITH_NODE : HEAD_BYTES;
    const head = buffer.toString('latin1', start, Math.min(end, start + window));
    let pos = skipSpaces(head, 0);
    if (head[pos] === 'n') {
      const nodeEnd = wordEnd(head, pos);
      this.nodeStart = start + Math.min(pos + 5, nodeEnd);
      this.nodeEnd = start + nodeEnd;
      pos = skipSpaces(head, nodeEnd);
    }
    const typeEnd = wordEnd(head, pos);
    const msg = skipSpaces(head, typeEnd);
    const msgEnd = wordEnd(head, msg);
    if (msg === msgEnd) return false;
    const open = head.slice(msg, msgEnd).indexOf('(');
    if (open < 0) return false;
    if (!this.#readStamp(head.slice(msg + open + 1, msgEnd))) return false;
    this.type = this.#types.lookup(buffer, start + Math.min(pos + 5, typeEnd), start + typeEnd);
    return true;
  }

  #readStamp(rest: string): boolean {
    const close = rest.indexOf(')');
    let text = close < 0 ? rest : rest.slice(0, close);
    if (text.length < MIN_STAMP_BYTES) return false;
    this.sec = leadingNumber(text);
    const dot = text.indexOf('.');
    this.milli = dot < 0 ? 0 : leadingNumber(text.slice(dot + 1));
    if (dot >= 0) text = text.slice(dot + 1);
    const colon = text.indexOf(':');
    this.serial = colon < 0 ? 0 : leadingNumber(text.slice(colon + 1));
    return this.milli <= 999;
  }
}

function hasAt(buffer: Buffer, pos: number, end: number, key: Buffer): boolean {
  if (pos + key.length > end) return false;
  for (let i = 0; i < key.length; i += 1) if (buffer[pos + i] !== key[i]) return false;
  return true;
}

function skipSpaces(text: string, from: number): number {
  let pos = from;
  while (text[pos] === ' ') pos += 1;
  return pos;
}

function wordEnd(text: string, from: number): number {
  const space = text.indexOf(' ', from);
  return space < 0 ? text.length : space;
}

function leadingNumber(text: string): number {
  const digits = /^\s*\+?(\d+)/.exec(text);
  return digits === null ? 0 : Number(digits[1]);
}
