import { TypeLookup, UNKNOWN_TYPE } from './type-lookup.ts';

const SPACE = 0x20;
const DOT = 0x2e;
const COLON = 0x3a;
const CLOSE = 0x29;
const EQUALS = 0x3d;
const OPEN = 0x28;
/** `type=` and ` msg=audit(` as they stand on nearly every line, in words of four bytes and what remains. */
const TYPE_WORD = Buffer.from('type').readInt32LE();
const TYPE_BYTES = 5;
const MSG_WORD = Buffer.from(' msg').readInt32LE();
const AUD_WORD = Buffer.from('=aud').readInt32LE();
const IT_WORD = Buffer.from('it').readInt16LE();
const STAMP_KEY_BYTES = 11;
/** Longer stamps are read anew each time. */
const KEPT_STAMP_WORDS = 10;
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
  /** Behind the `)` of the stamp, or 0 if the line is not as auditd writes it. */
  bodyStart = 0;
  readonly #types = new TypeLookup();
  #pos = 0;
  #buffer: Buffer | undefined;
  #view: DataView = new DataView(new ArrayBuffer(0));
  /** The last stamp with its `)`: the records of an event share it. */
  readonly #stamp = new Int32Array(KEPT_STAMP_WORDS);
  #stampBytes = 0;

  /**
   * Reads the line in `buffer[start, end)`.
   *
   * @returns false if the line is no audit record: it then belongs to no event.
   */
  read(buffer: Buffer, start: number, end: number): boolean {
    this.nodeStart = 0;
    this.nodeEnd = 0;
    if (buffer !== this.#buffer) {
      this.#buffer = buffer;
      this.#view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
    }
    if (this.#readUsual(buffer, start, end)) {
      this.bodyStart = this.#pos + 1;
      return true;
    }
    this.bodyStart = 0;
    this.#stampBytes = 0;
    return this.#readOdd(buffer, start, end);
  }

  /** The line as auditd writes it: no node, single spaces, nothing missing. */
  #readUsual(buffer: Buffer, start: number, end: number): boolean {
    const view = this.#view;
    const typeStart = start + TYPE_BYTES;
    const limit = Math.min(end, start + HEAD_BYTES);
    if (typeStart > end || view.getInt32(start, true) !== TYPE_WORD || buffer[start + 4] !== EQUALS)
      return false;
    let pos = typeStart;
    while (pos < limit && buffer[pos] !== SPACE) pos += 1;
    const stampStart = pos + STAMP_KEY_BYTES;
    if (pos === typeStart || stampStart > limit || !hasStampKey(view, pos)) return false;
    if (!this.#isLastStamp(stampStart, limit) && !this.#readUsualStamp(buffer, stampStart, limit))
      return false;
    this.type = this.#types.lookup(buffer, typeStart, pos);
    return true;
  }

  #readUsualStamp(buffer: Buffer, stampStart: number, limit: number): boolean {
    this.#stampBytes = 0;
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
    this.#keepStamp(stampStart, this.#pos + 1 - stampStart);
    return true;
  }

  /** Whether the stamp is, byte by byte, that of the line before; {@link sec} and the others are then right. */
  #isLastStamp(start: number, limit: number): boolean {
    const size = this.#stampBytes;
    if (size === 0 || start + size > limit) return false;
    const stamp = this.#stamp;
    const view = this.#view;
    const words = size >> 2;
    for (let i = 0; i < words; i += 1) if (view.getInt32(start + i * 4, true) !== stamp[i]) return false;
    // The last word overlaps the one before, so that nothing behind the stamp is looked at.
    if (view.getInt32(start + size - 4, true) !== stamp[words]) return false;
    this.#pos = start + size - 1;
    return true;
  }

  #keepStamp(start: number, size: number): void {
    const words = size >> 2;
    if (words >= KEPT_STAMP_WORDS) return;
    for (let i = 0; i < words; i += 1) this.#stamp[i] = this.#view.getInt32(start + i * 4, true);
    this.#stamp[words] = this.#view.getInt32(start + size - 4, true);
    this.#stampBytes = size;
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

/** Whether ` msg=audit(` stands at a place; eleven bytes from there are in the view. */
function hasStampKey(view: DataView, at: number): boolean {
  return (
    view.getInt32(at, true) === MSG_WORD &&
    view.getInt32(at + 4, true) === AUD_WORD &&
    view.getInt16(at + 8, true) === IT_WORD &&
    view.getUint8(at + 10) === OPEN
  );
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
