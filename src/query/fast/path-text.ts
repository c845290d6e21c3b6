import { Enrichment } from '../../audit/interpret/enrichment.ts';
import { interpretBody, type InterpretOptions } from '../../audit/interpret/record.ts';
import { fixedText, type FixedText, type OutputBuffer } from '../output/output-buffer.ts';
import { writeHexText } from './hex-text.ts';
import { PartCache } from './part-cache.ts';
import { afterNumber, hasAt } from './syscall-parts.ts';

const PATH = 1302;
const NO_ARGS = { a0: 0, a1: 0 };
const BLANK = 0x20;
const QUOTE = 0x22;
const ITEM = Buffer.from(': item=');
const NAME = Buffer.from('name=');
const INODE = Buffer.from('inode=');
const INODE_DIGITS = 20;
/** A word that is no field would be read with what stands before it. */
const FIRST_FIELD = /^[^ =]+=/;
const OWN_NAMES = /(?:^|[ '(])(?:item|name|inode)=/i;

/** Puts PATH records into words: item, name and inode one by one; what follows is remembered. */
export class PathText {
  readonly #options: InterpretOptions;
  readonly #tails = new PartCache<FixedText | null>();

  constructor(options: InterpretOptions) {
    this.#options = options;
  }

  /**
   * Writes the record in `bytes[start, end)`, behind the `)` of its stamp.
   *
   * @param separator where what auditd looked up begins, or -1.
   * @returns false if it needs to be looked at as a whole.
   */
  write(
    out: OutputBuffer,
    bytes: Buffer,
    view: DataView,
    start: number,
    end: number,
    separator: number,
  ): boolean {
    const nameAt = afterNumber(bytes, start, end, ITEM);
    if (nameAt < 0 || !hasAt(bytes, nameAt, end, NAME)) return false;
    const valueAt = nameAt + NAME.length;
    out.copy(bytes, view, start, valueAt);
    const after = this.#name(out, bytes, view, valueAt, end);
    if (after < 0) return false;
    const afterInode = afterNumber(bytes, after, end, INODE, INODE_DIGITS);
    if (afterInode >= 0) out.copy(bytes, view, after, afterInode);
    const tail = this.#tail(bytes, view, afterInode < 0 ? after : afterInode, end, separator);
    if (tail === null) return false;
    out.fixed(tail);
    return true;
  }

  /** Writes a name and a blank. @returns where the next field begins, or -1. */
  #name(out: OutputBuffer, bytes: Buffer, view: DataView, start: number, end: number): number {
    const isQuoted = bytes[start] === QUOTE;
    const stop = isQuoted ? QUOTE : BLANK;
    let at = isQuoted ? start + 1 : start;
    for (; at < end; at += 1) {
      const byte = bytes[at]!;
      if (byte === stop) break;
      if (byte < BLANK) return -1;
    }
    if (at >= end) return -1;
    if (!isQuoted) {
      if (!writeHexText(out, bytes, start, at, false)) return -1;
    } else {
      if (bytes[at + 1] !== BLANK) return -1;
      out.copy(bytes, view, start + 1, at);
      at += 1;
    }
    out.byte(BLANK);
    return at + 1;
  }

  #tail(bytes: Buffer, view: DataView, start: number, end: number, separator: number): FixedText | null {
    let tail = this.#tails.find(view, start, end, 0);
    if (tail === undefined) {
      const body = bytes.toString('latin1', start, separator < 0 ? end : separator);
      const lookedUp = separator < 0 ? '' : bytes.toString('latin1', separator + 1, end);
      const values = new Enrichment(lookedUp);
      const isOwn =
        !FIRST_FIELD.test(body) ||
        OWN_NAMES.test(body) ||
        ['item', 'name', 'inode'].some((name) => values.get(name) !== undefined);
      tail = isOwn ? null : fixedText(`${interpretBody(PATH, body, lookedUp, NO_ARGS, this.#options)}\n`);
      this.#tails.add(view, start, end, 0, tail);
    }
    return tail;
  }
}
