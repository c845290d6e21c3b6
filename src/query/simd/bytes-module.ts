import { BYTES_MODULE } from './bytes.generated.ts';

const PAGE_BYTES = 1 << 16;
/** What the module itself takes: its stack and its tables, of which little is ever touched. */
const OWN_BYTES = 80 * PAGE_BYTES;
/** So much behind the text may be looked at. */
const PADDING_BYTES = 512;
const MAX_NEEDLES = 16;
const MAX_NEEDLE_BYTES = 256;
const NEEDLE_WORDS = 4;
/** Room for places in scan-lines.c. */
const MAX_PLACES = 1024;
/** Bytes of logs, the most frequent first: a needle is looked for by two of its bytes that are rare. */
const FREQUENT = ` '=s0etaid1cu:ofmnr"_25pl6y384g79b/x.()A-vShC\nLjkETV,IDYP{}M\\ROU?NzHGwFBWq;XK[]Q@`;

/** The members of `struct scan` in scan-lines.c: first the numbers of eight bytes, then those of four. */
const DOUBLES = [
  'index',
  'startSec',
  'endSec',
  'sec',
  'milli',
  'serial',
  'firstSec',
  'firstMilli',
  'firstSerial',
  'lowestSec',
  'lowestMilli',
  'lowestSerial',
  'lineSec',
  'lineMilli',
  'lineSerial',
] as const;
const INTEGERS = [
  'lineType',
  'lineNode',
  'lineBody',
  'node',
  'isOpen',
  'used',
  'count',
  'event',
  'bad',
  'placeCount',
  'nextPlace',
] as const;
const MEMBERS: readonly string[] = [...DOUBLES, ...INTEGERS];

/** `enum kind` in count-known.c, from 1 on. */
const KNOWN_PARTS = ['front', 'tail', 'name', 'directory'] as const;

/** A part of a record that comes again and again. */
export type KnownPart = (typeof KNOWN_PARTS)[number];

type Member = (typeof DOUBLES)[number] | (typeof INTEGERS)[number];

/** What the module calls for lines that are not as auditd writes them, and for words of types. */
export interface LineCallbacks {
  /** Reads the head of a line into the `line...` members; false if it is no record. */
  oddLine(start: number, end: number): boolean;
  /** Number of the type whose word stands there, and whether its records are always alone. */
  typeAt(start: number, end: number): { readonly type: number; readonly isAlone: boolean };
}

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  needles(): number;
  needleBytes(): number;
  scan(): number;
  places(): number;
  find(text: number, start: number, end: number, count: number): number;
  scanLines(text: number, size: number, meta: number): number;
  learn(text: number, start: number, end: number, kind: number, value: number): void;
  learnPid(pid: number): void;
  countKnown(text: number, meta: number, at: number, used: number): number;
  counted(): number;
  failed(): number;
  missingStart(): number;
  missingEnd(): number;
}

/** How far the count of known events came. */
export interface KnownEvents {
  /** Where it stopped: at the end, or at an event that is not known. */
  readonly at: number;
  readonly events: number;
  readonly failed: number;
  /** The name in the text without which the event there would be known; undefined if there is more to it. */
  readonly missing: { readonly start: number; readonly end: number } | undefined;
}

/** The part of WebAssembly that is used: the types of Node 20 have none of it. */
interface WebAssemblyLike {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
}

/** Who is asked while the module runs. */
interface Asked {
  callbacks: LineCallbacks | undefined;
}

let compiled: object | null | undefined;

/**
 * The module as this thread has compiled it; null if this processor or this Node cannot run it. A thread that is
 * given it by {@link useModule} shares the machine code, and all that the compiler makes of it while it runs.
 */
export function compiledModule(): object | null {
  if (compiled !== undefined) return compiled;
  try {
    compiled = new (webAssembly().Module)(Buffer.from(BYTES_MODULE, 'base64'));
  } catch {
    compiled = null;
  }
  return compiled;
}

/** Takes what {@link compiledModule} has given to another thread, instead of compiling it here once more. */
export function useModule(module: object | null): void {
  compiled = module;
}

function webAssembly(): WebAssemblyLike {
  return Reflect.get(globalThis, 'WebAssembly');
}

/**
 * Searches text sixteen bytes at a time, in WebAssembly. The text must stand in {@link text}, into which files
 * are read.
 *
 * It does nothing that TypeScript does not do as well, and slower: where it cannot run, that is used.
 */
export class BytesModule {
  readonly #exports: Exports;
  readonly #sizeBytes: number;
  #needleCount = 0;
  readonly #asked: Asked;
  /** Memory for the text. */
  readonly text: Buffer<ArrayBuffer>;
  /** Memory for the numbers of events that {@link scanLines} writes. */
  readonly meta: Float64Array<ArrayBuffer>;
  readonly #doubles: Float64Array;
  readonly #integers: Int32Array;

  private constructor(exports: Exports, asked: Asked, sizeBytes: number, metaCount: number) {
    this.#exports = exports;
    this.#asked = asked;
    this.#sizeBytes = sizeBytes;
    const metaAt = OWN_BYTES + roundUp(sizeBytes + PADDING_BYTES);
    const needed = metaAt + metaCount * Float64Array.BYTES_PER_ELEMENT;
    exports.memory.grow(Math.max(0, Math.ceil((needed - exports.memory.buffer.byteLength) / PAGE_BYTES)));
    const { buffer } = exports.memory;
    this.text = Buffer.from(buffer, OWN_BYTES, sizeBytes);
    this.meta = new Float64Array(buffer, metaAt, metaCount);
    this.#doubles = new Float64Array(buffer, exports.scan(), DOUBLES.length);
    this.#integers = new Int32Array(buffer, exports.scan() + this.#doubles.byteLength, INTEGERS.length);
  }

  /**
   * A module with room for so much text, and so many numbers of events.
   *
   * @returns undefined where it cannot run.
   */
  static open(sizeBytes: number, metaCount = 0): BytesModule | undefined {
    const module = compiledModule();
    if (module === null) return undefined;
    const asked: Asked = { callbacks: undefined };
    const imports = {
      js: {
        oddLine: (start: number, end: number) => (asked.callbacks?.oddLine(start, end) === true ? 1 : 0),
        typeAt: (start: number, end: number) => {
          const known = asked.callbacks?.typeAt(start, end) ?? { type: -1, isAlone: true };
          return (known.type << 1) | (known.isAlone ? 1 : 0);
        },
      },
    };
    try {
      const { exports } = new (webAssembly().Instance)(module, imports);
      return isExports(exports) ? new BytesModule(exports, asked, sizeBytes, metaCount) : undefined;
    } catch (error) {
      // Its memory takes more addresses than bytes, which a limit (ulimit -v) may forbid.
      if (error instanceof RangeError) return undefined;
      throw error;
    }
  }

  /** How much text there is room for. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Sets the byte strings that {@link find} looks for. @returns false if they are too many or too long. */
  setNeedles(needles: readonly Uint8Array[]): boolean {
    const fit = needles.every(({ length }) => length > 0 && length <= MAX_NEEDLE_BYTES);
    if (!fit || needles.length === 0 || needles.length > MAX_NEEDLES) return false;
    const { buffer } = this.#exports.memory;
    const table = new Uint32Array(buffer, this.#exports.needles(), needles.length * NEEDLE_WORDS);
    for (const [i, needle] of needles.entries()) {
      const at = this.#exports.needleBytes() + i * MAX_NEEDLE_BYTES;
      new Uint8Array(buffer, at, needle.length).set(needle);
      table.set([...rarePlaces(needle), needle.length, at], i * NEEDLE_WORDS);
    }
    this.#needleCount = needles.length;
    return true;
  }

  /** Where the first of the needles stands in `text[start, end)`, or -1. */
  find(start: number, end: number): number {
    return this.#exports.find(OWN_BYTES, start, end, this.#needleCount);
  }

  /**
   * Turns the lines of `text[0, size)` into the numbers of events, as an `EventBatch` has them.
   *
   * @param places in rising order: events with none of them between their first and their last record are left
   *   out. If there are too many to look at, none is.
   * @returns false if they do not stand in order: what was found is then of no use.
   */
  scanLines(size: number, callbacks: LineCallbacks, places?: readonly number[]): boolean {
    this.#asked.callbacks = callbacks;
    this.#setPlaces(places);
    return this.#exports.scanLines(OWN_BYTES, size, this.meta.byteOffset) === 1;
  }

  /** Notes that `text[start, end)` stands for something that is counted already; fronts say if the call failed. */
  learn(kind: KnownPart, start: number, end: number, isFailed = false): void {
    this.#exports.learn(OWN_BYTES, start, end, KNOWN_PARTS.indexOf(kind) + 1, isFailed ? 1 : 0);
  }

  /** Notes that a process is counted already. */
  learnPid(pid: number): void {
    this.#exports.learnPid(pid);
  }

  /** Counts the events of {@link scanLines} of which everything is known, from `meta[at]` to `meta[used]`. */
  countKnown(at: number, used: number): KnownEvents {
    const exports = this.#exports;
    const stopped = exports.countKnown(OWN_BYTES, this.meta.byteOffset, at, used);
    const start = exports.missingStart();
    return {
      at: stopped,
      events: exports.counted(),
      failed: exports.failed(),
      missing: start === 0 ? undefined : { start, end: exports.missingEnd() },
    };
  }

  #setPlaces(places: readonly number[] | undefined): void {
    const isUsed = places !== undefined && places.length <= MAX_PLACES;
    this.set('placeCount', isUsed ? places.length : -1);
    this.set('nextPlace', 0);
    if (isUsed) new Uint32Array(this.#exports.memory.buffer, this.#exports.places(), MAX_PLACES).set(places);
  }

  /** A member of `struct scan`. */
  get(name: Member): number {
    const place = MEMBERS.indexOf(name);
    return (place < DOUBLES.length ? this.#doubles[place] : this.#integers[place - DOUBLES.length]) ?? 0;
  }

  /** Sets a member of `struct scan`. */
  set(name: Member, value: number): void {
    const place = MEMBERS.indexOf(name);
    if (place < DOUBLES.length) this.#doubles[place] = value;
    else this.#integers[place - DOUBLES.length] = value;
  }
}

/** The places of the two rarest bytes. */
function rarePlaces(needle: Uint8Array): readonly [number, number] {
  const places = [...needle.keys()].sort((a, b) => rarity(needle[b]) - rarity(needle[a]) || a - b);
  return [places[0] ?? 0, places[1] ?? places[0] ?? 0];
}

function rarity(byte = 0): number {
  const at = FREQUENT.indexOf(String.fromCharCode(byte));
  return at < 0 ? FREQUENT.length : at;
}

function roundUp(size: number): number {
  return Math.ceil(size / PAGE_BYTES) * PAGE_BYTES;
}

function isExports(value: unknown): value is Exports {
  return typeof value === 'object' && value !== null && 'scanLines' in value && 'find' in value;
}
