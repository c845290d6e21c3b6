import { extract } from '../items/extract.ts';
import { SUCCESS_FAILED, type SearchItems, type Wants } from '../items/search-items.ts';
import { viewOf } from '../output/output-buffer.ts';
import type { Totals } from '../report/totals.ts';
import { EVENT_WIDTH, RECORD_WIDTH, type EventBatch } from '../run/event-batch.ts';
import type { BytesModule, KnownPart } from '../simd/bytes-module.ts';
import { PartCache } from './part-cache.ts';
import { bodyOf, placeOf, SEPARATOR } from './record-places.ts';
import { afterNumber, hasAt, isPlainFront, SyscallParts } from './syscall-parts.ts';

const SYSCALL = 1300;
const PATH = 1302;
const CWD = 1307;
const EXECVE = 1309;
const PROCTITLE = 1327;
const BLANK = 0x20;
const QUOTE = 0x22;
const FULL_STOP = 0x2e;
const ITEM = Buffer.from(': item=');
const NAME = Buffer.from('name=');
const HEAD = 'msg=audit(1700000000.000:1)';
/** A front and a tail in which nothing is amiss, to read the other part with. */
const FRONT = ': arch=c000003e syscall=1 success=yes exit=0 ';
const ARGS = 'a0=0 a1=0 a2=0 a3=0 items=0 ppid=1 pid=1 ';
const TAIL =
  'auid=0 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=x ses=1 comm="x" exe="x" key=(null)';

/**
 * Counts the usual events of the main summary from their bytes: system calls with their paths.
 *
 * Front, tail and file names of records are read once; the same bytes again are the same values. Every event
 * that looks different is left to {@link Totals.add}.
 */
export class FastTotals {
  readonly #totals: Totals;
  readonly #wants: Wants;
  readonly #parts = new SyscallParts();
  /** Whether a front says that the call failed; null if the record must be read as a whole. */
  readonly #fronts = new PartCache<boolean | null>();
  readonly #tails = new PartCache<true>();
  readonly #names = new PartCache<true>();
  readonly #directories = new PartCache<true>();
  readonly #pids = new Set<number>();
  #bytes: Buffer = Buffer.alloc(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #meta: Float64Array = new Float64Array(0);
  #module: BytesModule | undefined;
  #isFailed = false;
  #isEnriched = false;
  /** What an event adds for the first time; dropped if it turns out to be unusual. */
  readonly #pending: (() => void)[] = [];

  constructor(totals: Totals, wants: Wants) {
    this.#totals = totals;
    this.#wants = wants;
  }

  /** Turns to the events of a batch. */
  begin(batch: EventBatch): void {
    const { bytes } = batch;
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#view = viewOf(bytes);
    this.#meta = batch.meta;
    this.#isEnriched = this.#bytes.includes(SEPARATOR);
    this.#module = batch.module;
  }

  /** Counts the events from `at` on of which everything has been met before. @returns where it stopped. */
  skim(at: number): number {
    const module = this.#module;
    if (module === undefined) return at;
    for (let from = at; ;) {
      const known = module.countKnown(from, this.#meta.length);
      this.#totals.addPlain(known.events, known.failed);
      if (known.missing === undefined || !this.#takeName(module, known.missing)) return known.at;
      from = known.at;
    }
  }

  /** Takes a new name of an event of which all else is known. @returns false if the event must be looked at. */
  #takeName(module: BytesModule, { start, end }: { readonly start: number; readonly end: number }): boolean {
    const stop = this.#bytes[start] === QUOTE ? end + 1 : end;
    const name = this.#readName(this.#bytes.toString('latin1', start, stop));
    if (name === undefined) return false;
    this.#totals.noteFile(name);
    module.learn('name', start, end);
    return true;
  }

  /** Where the numbers of the last event begin, if {@link skim} went to the end. */
  get lastEvent(): number | undefined {
    return this.#module?.get('event');
  }

  /** Counts the event that stands at `at` in the numbers of the batch. @returns false if it did not. */
  add(at: number): boolean {
    if (this.#pending.length > 0) this.#pending.length = 0;
    if (!this.#isUsual(at)) return false;
    this.#totals.addPlain(1, this.#isFailed ? 1 : 0);
    this.#module?.learnPid(this.#parts.pid);
    if (!this.#pids.has(this.#parts.pid)) {
      this.#pids.add(this.#parts.pid);
      this.#totals.notePid(this.#parts.pid);
    }
    for (const note of this.#pending) note();
    return true;
  }

  /** Whether there is one system call, and nothing but what belongs to it, in the usual form. */
  #isUsual(at: number): boolean {
    const meta = this.#meta;
    const end = at + EVENT_WIDTH + meta[at + 5]! * RECORD_WIDTH;
    let hasSyscall = false;
    for (let record = at + EVENT_WIDTH; record < end; record += RECORD_WIDTH) {
      const type = meta[record]!;
      if (type === SYSCALL && hasSyscall) return false;
      hasSyscall ||= type === SYSCALL;
      if (!this.#record(type, record)) return false;
    }
    return hasSyscall;
  }

  #record(type: number, record: number): boolean {
    if (type === PROCTITLE || type === EXECVE) return true;
    const end = this.#meta[record + 2]!;
    const body = bodyOf(this.#meta, record, this.#bytes, this.#isEnriched);
    if (body < 0) return false;
    if (type === SYSCALL) return this.#syscall(body, end);
    if (type === PATH) return this.#path(body, end);
    return type === CWD && this.#directory(body, end);
  }

  #syscall(start: number, end: number): boolean {
    const parts = this.#parts;
    if (!parts.read(this.#bytes, this.#view, start, end) || this.#endsIn(start, parts.tailStart))
      return false;
    let isFailed = this.#fronts.find(this.#view, start, parts.argsStart, 0);
    if (isFailed === undefined) {
      if (!parts.isFirst(this.#view, start)) return false;
      isFailed = this.#readFront(this.#bytes.toString('latin1', start, parts.argsStart));
      this.#fronts.add(this.#view, start, parts.argsStart, 0, isFailed);
    }
    if (isFailed === null) return false;
    this.#module?.learn('front', start, parts.argsStart, isFailed);
    this.#isFailed = isFailed;
    const { tailStart } = parts;
    if (this.#isKnown('tail', this.#tails, tailStart, end)) return true;
    const items = this.#readTail(this.#bytes.toString('latin1', tailStart, end));
    if (items === undefined) return false;
    this.#later(this.#tails, tailStart, end, () => this.#totals.noteTask(items));
    return true;
  }

  #isKnown(kind: KnownPart, cache: PartCache<true>, start: number, end: number): boolean {
    if (cache.find(this.#view, start, end, 0) === undefined) return false;
    this.#module?.learn(kind, start, end);
    return true;
  }

  /** Notes something once, and remembers its bytes, if the event is counted. */
  #later(cache: PartCache<true>, start: number, end: number, note: () => void): void {
    const view = this.#view;
    this.#pending.push(() => {
      note();
      if (cache.find(view, start, end, 0) === undefined) cache.add(view, start, end, 0, true);
    });
  }

  /** Whether what auditd looked up begins in a part of a record that does not come last. */
  #endsIn(start: number, end: number): boolean {
    return this.#isEnriched && placeOf(this.#bytes, SEPARATOR, start, end) >= 0;
  }

  #readFront(front: string): boolean | null {
    const items = this.#read(SYSCALL, `type=SYSCALL ${HEAD}${front}${ARGS}${TAIL}`);
    if (items === undefined || front.includes('exe=') || !isPlainFront(front)) return null;
    return items.success === SUCCESS_FAILED && items.syscall > 0;
  }

  #readTail(line: string): SearchItems | undefined {
    const tail = textOf(line);
    if (tail.includes('res=')) return undefined;
    return this.#read(SYSCALL, `type=SYSCALL ${HEAD}${FRONT}${ARGS}${tail}`);
  }

  #path(start: number, end: number): boolean {
    const bytes = this.#bytes;
    const nameAt = afterNumber(bytes, start, end, ITEM);
    if (nameAt < 0 || !hasAt(bytes, nameAt, end, NAME)) return false;
    const valueAt = nameAt + NAME.length;
    const isQuoted = bytes[valueAt] === QUOTE;
    const stop = isQuoted ? QUOTE : BLANK;
    let at = valueAt + 1;
    while (at < end && bytes[at] !== stop) at += 1;
    // What a relative name stands for depends on the directory.
    if (at >= end || (isQuoted && bytes[valueAt + 1] === FULL_STOP)) return false;
    if (this.#endsIn(start, at)) return false;
    if (this.#isKnown('name', this.#names, valueAt, at)) return true;
    const name = this.#readName(bytes.toString('latin1', valueAt, isQuoted ? at + 1 : at));
    if (name === undefined) return false;
    this.#later(this.#names, valueAt, at, () => this.#totals.noteFile(name));
    return true;
  }

  #readName(value: string): string | undefined {
    const items = this.#read(PATH, `type=PATH ${HEAD}: item=0 name=${value} inode=1 nametype=NORMAL`);
    const name = items?.files?.[0]?.name;
    return name?.startsWith('.') === true ? undefined : name;
  }

  #directory(start: number, end: number): boolean {
    if (this.#isKnown('directory', this.#directories, start, end)) return true;
    const body = textOf(this.#bytes.toString('latin1', start, end));
    if (this.#read(CWD, `type=CWD ${HEAD}${body}`) === undefined) return false;
    this.#later(this.#directories, start, end, () => {});
    return true;
  }

  /** What a record says, or undefined if it lacks what it should have. */
  #read(type: number, body: string): SearchItems | undefined {
    const { items, malformed } = extract([{ type, body }], this.#wants);
    return malformed === undefined ? items : undefined;
  }
}

/** A record up to what auditd looked up. */
function textOf(line: string): string {
  const separator = line.indexOf('\x1d');
  return separator < 0 ? line : line.slice(0, separator);
}
