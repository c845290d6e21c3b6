import { interpretBody, type InterpretOptions } from '../../audit/interpret/record.ts';
import { recordTypeName } from '../../audit/tables/record-types.ts';
import type { TimeFormatter } from '../output/local-time.ts';
import { fixedText, viewOf, type FixedText, type OutputBuffer } from '../output/output-buffer.ts';
import { EVENT_WIDTH, RECORD_WIDTH, type EventBatch } from '../run/event-batch.ts';
import { writeHexText } from './hex-text.ts';
import { PartCache } from './part-cache.ts';
import { PathText } from './path-text.ts';
import { bodyOf, placeOf, SEPARATOR } from './record-places.ts';
import { hasAt } from './syscall-parts.ts';
import { SyscallText } from './syscall-text.ts';

const SYSCALL = 1300;
const PATH = 1302;
const SECCOMP = 1326;
const PROCTITLE = 1327;
const NEWLINE = 0x0a;
const BLANK = 0x20;
const MAX_CACHED_BODY = 512;
/** Only SYSCALL and SECCOMP records read their fields by the arguments of the call. */
const NO_ARGS = { a0: 0, a1: 0 };
const RULE = fixedText('----\n');
const PROCTITLE_KEY = Buffer.from(': proctitle=');

/**
 * Prints events as `-i` does, from bytes to bytes, without making strings of what comes again and again.
 *
 * It knows the records that make up the bulk of every log in the form in which the kernel writes them, and
 * leaves every event that looks different to {@link formatInterpreted}, whose output it must equal.
 */
export class FastInterpreter {
  readonly #options: InterpretOptions;
  readonly #time: TimeFormatter;
  readonly #syscall: SyscallText;
  readonly #path: PathText;
  readonly #bodies = new PartCache<FixedText>();
  readonly #heads: (FixedText | undefined)[] = [];
  #bytes: Buffer = Buffer.alloc(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #meta: Float64Array = new Float64Array(0);
  #isEnriched = false;
  #sec = Number.NaN;
  #secText: FixedText = RULE;

  constructor(options: InterpretOptions, time: TimeFormatter) {
    this.#options = options;
    this.#time = time;
    this.#syscall = new SyscallText(options);
    this.#path = new PathText(options);
  }

  /** Turns to the events of a batch. */
  begin(batch: EventBatch): void {
    const { bytes } = batch;
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#view = viewOf(bytes);
    this.#meta = batch.meta;
    this.#isEnriched = this.#bytes.includes(SEPARATOR);
  }

  /** Writes the event that stands at `at` in the numbers of the batch. @returns false if it did not. */
  write(at: number, out: OutputBuffer): boolean {
    const mark = out.used;
    if (this.#isUsual(at) && this.#event(at, out)) return true;
    out.rewind(mark);
    return false;
  }

  /** Whether all types are known, and at most one record is a SYSCALL record; reads its parts. */
  #isUsual(at: number): boolean {
    const meta = this.#meta;
    if (meta[at + 3]! >= 0) return false;
    const end = at + EVENT_WIDTH + meta[at + 5]! * RECORD_WIDTH;
    let syscallAt = -1;
    for (let record = at + EVENT_WIDTH; record < end; record += RECORD_WIDTH) {
      const type = meta[record]!;
      if (type < 0 || type === SECCOMP || (type >= 1200 && type < SYSCALL)) return false;
      if (type !== SYSCALL) continue;
      if (syscallAt >= 0) return false;
      syscallAt = record;
    }
    return syscallAt < 0 || this.#readSyscall(syscallAt);
  }

  #readSyscall(record: number): boolean {
    const bytes = this.#bytes;
    const end = this.#meta[record + 2]!;
    const start = bodyOf(this.#meta, record, bytes, this.#isEnriched);
    return start >= 0 && this.#syscall.parts.read(bytes, this.#view, start, end);
  }

  #event(at: number, out: OutputBuffer): boolean {
    const meta = this.#meta;
    out.fixed(RULE);
    let stampAt = -1;
    let stampLength = 0;
    for (let i = meta[at + 5]! - 1; i >= 0; i -= 1) {
      const record = at + EVENT_WIDTH + i * RECORD_WIDTH;
      const type = meta[record]!;
      const head = this.#head(type);
      if (head === undefined) return false;
      out.fixed(head);
      if (stampAt < 0) {
        stampAt = out.used;
        this.#stamp(at, out);
        stampLength = out.used - stampAt;
      } else {
        out.again(stampAt, stampLength);
      }
      const end = meta[record + 2]!;
      const start = bodyOf(meta, record, this.#bytes, this.#isEnriched);
      if (start < 0 || !this.#record(type, start, end, out)) return false;
    }
    return true;
  }

  #head(type: number): FixedText | undefined {
    const known = this.#heads[type];
    if (known !== undefined) return known;
    const name = recordTypeName(type);
    if (name === undefined) return undefined;
    const head = fixedText(`type=${name} msg=audit(`);
    this.#heads[type] = head;
    return head;
  }

  #stamp(at: number, out: OutputBuffer): void {
    const meta = this.#meta;
    const sec = meta[at]!;
    if (sec !== this.#sec) {
      this.#secText = fixedText(`${this.#time.stamp(sec)}.`);
      this.#sec = sec;
    }
    out.fixed(this.#secText);
    out.number(meta[at + 1]!, 3);
    out.byte(0x3a);
    out.number(meta[at + 2]!);
    out.byte(0x29);
    out.byte(BLANK);
  }

  #record(type: number, start: number, end: number, out: OutputBuffer): boolean {
    const bytes = this.#bytes;
    const separator = this.#isEnriched ? placeOf(bytes, SEPARATOR, start, end) : -1;
    if (type === SYSCALL) return this.#syscall.write(out, bytes, this.#view, start, end, separator);
    if (type === PATH || (type === PROCTITLE && separator < 0)) {
      const mark = out.used;
      const isWritten =
        type === PATH
          ? this.#path.write(out, bytes, this.#view, start, end, separator)
          : writeProctitle(out, bytes, start, end);
      if (isWritten) return true;
      out.rewind(mark);
    }
    this.#body(type, start, end, separator, out);
    return true;
  }

  /** Any other record: in words as a whole, and remembered as a whole. */
  #body(type: number, start: number, end: number, separator: number, out: OutputBuffer): void {
    const bytes = this.#bytes;
    const isKept = end - start <= MAX_CACHED_BODY;
    const known = isKept ? this.#bodies.find(this.#view, start, end, type) : undefined;
    if (known !== undefined) {
      out.fixed(known);
      return;
    }
    const body = bytes.toString('latin1', start, separator < 0 ? end : separator);
    const lookedUp = separator < 0 ? '' : bytes.toString('latin1', separator + 1, end);
    const text = `${interpretBody(type, body, lookedUp, NO_ARGS, this.#options)}\n`;
    if (isKept) this.#bodies.add(this.#view, start, end, type, fixedText(text));
    out.write(text);
  }
}

function writeProctitle(out: OutputBuffer, bytes: Buffer, start: number, end: number): boolean {
  if (!hasAt(bytes, start, end, PROCTITLE_KEY)) return false;
  out.write(': proctitle=');
  if (!writeHexText(out, bytes, start + PROCTITLE_KEY.length, end, true)) return false;
  out.byte(BLANK);
  out.byte(NEWLINE);
  return true;
}
