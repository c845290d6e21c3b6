import { CONTEXT, EVENT_AT, FIELD, FIELD_AT, FORM, OBJECT, OBJECT_AT, SIZE } from '../abi/abi.ts';
import type { EventId } from './event-id.ts';

/*
 * The way of nearly every event to its line, made for speed: a known program with a cause and a path, all in
 * one chunk. What is put is byte for byte what the general way writes, a test compares them.
 *
 * Text is written the way C does: a function puts something at `at` and returns where the text goes on. None
 * checks for room; each may write up to 8 bytes of nothing behind the text and read as many behind what it
 * copies. A DataView stores up to 8 bytes at once at any offset. All of it stands in one file, since what
 * comes from another module is looked up anew at every use, and constants of this one are compiled in.
 */
const TEXT = new DataView(new ArrayBuffer(512 * 1024));

/** The memory that lines are put into: whoever fills it empties it before the event loop goes on. */
export const usualMemory: Uint8Array = new Uint8Array(TEXT.buffer);

const { len: LEN, tgid: TGID, comm: COMM, missing: MISSING, context: CTX, verdict: VERDICT } = EVENT_AT;
const { ino: INO, form: FORM_AT, sid: SID } = OBJECT_AT;
const { event: EVENT_SIZE, field: FIELD_SIZE, object: OBJECT_SIZE } = SIZE;
const { len: FIELD_LEN, type: FIELD_TYPE } = FIELD_AT;
const { CAUSE, FILE, PATH } = FIELD;
const HAS_VERDICT = CONTEXT.VERDICT;
const MONITOR = CONTEXT.MONITOR;
/** A plain path of something that has an inode: the lower half is the form, the upper half the flags. */
const PLAIN_INODE = FORM.PLAIN | (OBJECT.INODE << 16);

const TYPE_TEXT = words('type=UNKNOWN[1427] msg=audit(');
const PROG_ID_TEXT = words('): prog-id=');
const VERDICT_TEXT = words(' verdict=');
/** Texts of up to 8 bytes, each in one number. ASCII never has the bits of a NaN. */
const PID_TEXT = words(' pid=')[0]!;
const COMM_TEXT = words(' comm=')[0]!;
const CAUSE_TEXT = words(' cause=')[0]!;
const PATH_TEXT = words(' path=')[0]!;
const DEV_TEXT = words(' dev=')[0]!;
const INO_TEXT = words(' ino=')[0]!;
const QUOTE = 0x22;
const MINUS = 0x2d;
const DOT = 0x2e;
const COLON = 0x3a;
const NEWLINE = 0x0a;

/** `000` to `999`: three digits in the lower bytes. */
const TRIPLES = Int32Array.from({ length: 1000 }, (_, i) => littleEndian(String(i).padStart(3, '0')));
/** `0` to `999`: the digits, and how many they are in the highest byte. */
const LEADING = Int32Array.from(
  { length: 1000 },
  (_, i) => littleEndian(String(i)) | (String(i).length << 24),
);
/** `00` to `FF` */
const HEX_PAIRS = Int16Array.from({ length: 256 }, (_, i) =>
  littleEndian(i.toString(16).toUpperCase().padStart(2, '0')),
);
/** What counts of the last two words, by how many bytes are left; and what is harmless in place of the rest. */
const KEPT = Int32Array.of(0, 0xff, 0xffff, 0xffffff, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0xff, 0xffff, 0xffffff);
const FILL = KEPT.map((kept) => ~kept & 0x61616161);

/** ASCII text as little-endian doubles, zeros behind it. */
function words(text: string): Float64Array {
  const bytes = new Uint8Array(Math.ceil(text.length / 8) * 8);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  const view = new DataView(bytes.buffer);
  return Float64Array.from({ length: bytes.length / 8 }, (_, i) => view.getFloat64(8 * i, true));
}

function littleEndian(text: string): number {
  let bits = 0;
  for (let i = 0; i < text.length; i++) bits |= text.charCodeAt(i) << (8 * i);
  return bits;
}

/** Room for what is put, slack included: hex takes two bytes for one, names of fields less than their heads. */
export function usualRoom(view: DataView, at: number): number {
  return 3 * view.getInt32(at + LEN, true);
}

/**
 * Puts the line of the event at `at` in `view` into {@link usualMemory}, from `from` on.
 *
 * @returns where the text goes on; -1 for any but the usual event, whatever was put then counts for nothing
 */
export function putUsualLine(from: number, view: DataView, at: number, progId: number, id: EventId): number {
  if (progId === 0 || view.getInt32(at + MISSING, true) !== 0) return -1;
  if ((view.getInt32(at + CTX, true) & MONITOR) !== 0) return -1;
  let next = putBegin(from, id);
  next = putSubject(next, view, at, progId);
  next = putFields(next, view, at + EVENT_SIZE, at + view.getInt32(at + LEN, true));
  if (next < 0) return -1;
  if ((view.getInt32(at + CTX, true) & HAS_VERDICT) !== 0) {
    putWords(next, VERDICT_TEXT, 0, 2);
    next = putSigned(next + 9, view.getInt32(at + VERDICT, true));
  }
  TEXT.setUint8(next, NEWLINE);
  return next + 1;
}

function putFields(from: number, view: DataView, first: number, end: number): number {
  let next = from;
  let field = first;
  while (field + FIELD_SIZE <= end) {
    const payload = field + FIELD_SIZE;
    const length = view.getInt32(field + FIELD_LEN, true);
    const type = view.getUint8(field + FIELD_TYPE);
    if (length < 0 || length > end - payload) return -1;
    if (type === CAUSE) {
      TEXT.setFloat64(next, CAUSE_TEXT, true);
      next = putUntrusted(next + 7, view, payload, payload + length);
    } else if (type === FILE || type === PATH) {
      next = putPath(next, view, payload, length);
      if (next < 0) return -1;
    } else {
      return -1;
    }
    field = payload + ((length + 7) & ~7);
  }
  return next;
}

function putPath(from: number, view: DataView, at: number, length: number): number {
  if (length < OBJECT_SIZE || view.getInt32(at + FORM_AT, true) !== PLAIN_INODE) return -1;
  const ino = view.getInt32(at + INO, true);
  if (view.getInt32(at + INO + 4, true) !== 0) return -1;
  const sid = at + SID;
  TEXT.setFloat64(from, PATH_TEXT, true);
  let next = putUntrusted(from + 6, view, at + OBJECT_SIZE, at + length);
  TEXT.setFloat64(next, DEV_TEXT, true);
  next = putUntrusted(next + 5, view, sid, endOfString(view, sid, sid + 32));
  TEXT.setFloat64(next, INO_TEXT, true);
  return putDecimal(next + 5, ino);
}

/*
 * Parts of a line that come again and again are kept as they were put: records come in bursts, many in a
 * millisecond and from few processes.
 */

/** `type=UNKNOWN[1427] msg=audit(SECONDS.MILLISECONDS:4294967` is 51 bytes until the year 2286. */
const BEGIN_WORDS = 7;
const begin = new Float64Array(BEGIN_WORDS);
let beginSeconds = -1;
let beginMilliseconds = -1;
/** Smallest serial of the thousand that is kept: what is more is written anew. */
let beginSerial = -1;
let beginLength = 0;

/** Puts `type=UNKNOWN[1427] msg=audit(SECONDS.MILLISECONDS:SERIAL`. */
function putBegin(at: number, id: EventId): number {
  const { seconds, milliseconds, serial } = id;
  let rest = serial - beginSerial;
  if (rest < 0 || rest > 999 || milliseconds !== beginMilliseconds || seconds !== beginSeconds) {
    putNewBegin(at, seconds, milliseconds, serial);
    rest = serial - beginSerial;
  } else {
    for (let i = 0; i < BEGIN_WORDS; i++) TEXT.setFloat64(at + 8 * i, begin[i]!, true);
  }
  return beginSerial === 0 ? putLeading(at + beginLength, rest | 0) : putTriple(at + beginLength, rest | 0);
}

/** Puts all but the last three digits of the serial, and keeps it. */
function putNewBegin(at: number, seconds: number, milliseconds: number, serial: number): void {
  putWords(at, TYPE_TEXT, 0, TYPE_TEXT.length);
  let next = putDecimal(at + 29, seconds | 0);
  TEXT.setUint8(next, DOT);
  next = putTriple(next + 1, milliseconds);
  TEXT.setUint8(next, COLON);
  next++;
  const thousands = (serial / 1000) >>> 0;
  if (thousands !== 0) next = putDecimal(next, thousands);
  beginSeconds = seconds;
  beginMilliseconds = milliseconds;
  beginSerial = thousands * 1000;
  beginLength = next - at;
  keepWords(at, begin, 0, BEGIN_WORDS);
}

const SUBJECTS = 8192;
/** Numbers of a slot: what it is the text of, then how long the text is. */
const KEY = 8;
const LENGTH = 6;
/** `): prog-id=4294967295 pid=4294967295 comm=` and 16 bytes in hex are 74 bytes. */
const SUBJECT_WORDS = 10;
const keys = new Int32Array(SUBJECTS * KEY);
const texts = new Float64Array(SUBJECTS * SUBJECT_WORDS);

/** Puts `): prog-id=N pid=N comm=NAME` of the event at `at`. */
function putSubject(from: number, view: DataView, at: number, progId: number): number {
  const tgid = view.getInt32(at + TGID, true);
  const slot = (Math.imul(tgid, 0x9e3779b1) ^ Math.imul(progId, 0x85ebca6b)) >>> 19;
  const key = slot * KEY;
  const found =
    keys[key] === tgid &&
    keys[key + 1] === progId &&
    keys[key + 2] === view.getInt32(at + COMM, true) &&
    keys[key + 3] === view.getInt32(at + COMM + 4, true) &&
    keys[key + 4] === view.getInt32(at + COMM + 8, true) &&
    keys[key + 5] === view.getInt32(at + COMM + 12, true);
  if (!found) return putNewSubject(from, view, at, progId, slot);
  const length = keys[key + LENGTH]!;
  putWords(from, texts, slot * SUBJECT_WORDS, 6);
  if (length > 48) putWords(from + 48, texts, slot * SUBJECT_WORDS + 6, 4);
  return from + length;
}

function putNewSubject(from: number, view: DataView, at: number, progId: number, slot: number): number {
  const tgid = view.getInt32(at + TGID, true);
  const comm = at + COMM;
  putWords(from, PROG_ID_TEXT, 0, 2);
  let next = putDecimal(from + 11, progId);
  TEXT.setFloat64(next, PID_TEXT, true);
  next = putDecimal(next + 5, tgid);
  TEXT.setFloat64(next, COMM_TEXT, true);
  next = putUntrusted(next + 6, view, comm, endOfString(view, comm, comm + 16));
  const key = slot * KEY;
  keys[key] = tgid;
  keys[key + 1] = progId;
  for (let i = 0; i < 4; i++) keys[key + 2 + i] = view.getInt32(comm + 4 * i, true);
  keys[key + LENGTH] = next - from;
  keepWords(from, texts, slot * SUBJECT_WORDS, SUBJECT_WORDS);
  return next;
}

function putWords(at: number, source: Float64Array, first: number, count: number): void {
  for (let i = 0; i < count; i++) TEXT.setFloat64(at + 8 * i, source[first + i]!, true);
}

function keepWords(at: number, target: Float64Array, first: number, count: number): void {
  for (let i = 0; i < count; i++) target[first + i] = TEXT.getFloat64(at + 8 * i, true);
}

/** Puts three digits, zeros in front. */
function putTriple(at: number, value: number): number {
  TEXT.setInt32(at, TRIPLES[value]!, true);
  return at + 3;
}

/** Puts a number below 1000 without leading zeros. */
function putLeading(at: number, value: number): number {
  const digits = LEADING[value]!;
  TEXT.setInt32(at, digits, true);
  return at + (digits >>> 24);
}

/** Puts an unsigned 32-bit number in decimal; only its bits count, so it may come as a signed one. */
function putDecimal(at: number, bits: number): number {
  if (bits >= 0 && bits < 1000) return putLeading(at, bits);
  const thousands = ((bits >>> 0) / 1000) >>> 0;
  const rest = ((bits >>> 0) - thousands * 1000) | 0;
  if (thousands < 1000) return putTriple(putLeading(at, thousands), rest);
  const millions = (thousands / 1000) | 0;
  const middle = (thousands - millions * 1000) | 0;
  if (millions < 1000) return putTriple(putTriple(putLeading(at, millions), middle), rest);
  const milliards = (millions / 1000) | 0;
  const next = putTriple(putLeading(at, milliards), (millions - milliards * 1000) | 0);
  return putTriple(putTriple(next, middle), rest);
}

function putSigned(at: number, value: number): number {
  if (value >= 0) return putDecimal(at, value);
  TEXT.setUint8(at, MINUS);
  return putDecimal(at + 1, -value | 0);
}

/**
 * Puts `[from, to)` of the memory in quotes if every byte is harmless, else as hex: `writeUntrusted()`.
 *
 * Copies and checks 8 bytes at a time, the last 8 once more where they overlap. The sums tell in bit 7 of each byte
 * that it is above 0x7e (`high`), or not below 0x23 (`low`); a byte that overflows into its neighbour is found by
 * the other sum. Text is copied as doubles, which would change the bits of a NaN, but those are not harmless.
 */
function putUntrusted(at: number, view: DataView, from: number, to: number): number {
  const last = to - 8;
  if (last < from) return putShort(at, view, from, to);
  const shift = at + 1 - from;
  let high = 0;
  let low = -1;
  TEXT.setUint8(at, QUOTE);
  for (let i = from; i < last; i += 8) {
    TEXT.setFloat64(i + shift, view.getFloat64(i, true), true);
    const a = view.getInt32(i, true);
    const b = view.getInt32(i + 4, true);
    high |= (a + 0x01010101) | (b + 0x01010101);
    low &= (a + 0x5d5d5d5d) & (b + 0x5d5d5d5d);
  }
  TEXT.setFloat64(last + shift, view.getFloat64(last, true), true);
  const a = view.getInt32(last, true);
  const b = view.getInt32(last + 4, true);
  high |= (a + 0x01010101) | (b + 0x01010101);
  low &= (a + 0x5d5d5d5d) & (b + 0x5d5d5d5d);
  return putEnd(at, to + shift, high | ~low, view, from, to);
}

/** The same for less than 8 bytes. */
function putShort(at: number, view: DataView, from: number, to: number): number {
  const length = to - from;
  TEXT.setUint8(at, QUOTE);
  TEXT.setFloat64(at + 1, view.getFloat64(from, true), true);
  const a = (view.getInt32(from, true) & KEPT[length]!) | FILL[length]!;
  const b = (view.getInt32(from + 4, true) & KEPT[length + 8]!) | FILL[length + 8]!;
  const high = (a + 0x01010101) | (b + 0x01010101);
  const low = (a + 0x5d5d5d5d) & (b + 0x5d5d5d5d);
  return putEnd(at, at + 1 + length, high | ~low, view, from, to);
}

/** Closes the quotes at `next`; if the sums say that some byte may be harmful, puts hex instead where one is. */
function putEnd(at: number, next: number, sums: number, view: DataView, from: number, to: number): number {
  // `!` is harmless too, but as low as the quote.
  if ((sums & 0x80808080) !== 0 && needsHex(view, from, to)) return putHex(at, view, from, to);
  TEXT.setUint8(next, QUOTE);
  return next + 1;
}

/** `needsHex()` of a DataView. */
function needsHex(view: DataView, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const byte = view.getUint8(i);
    if (byte === QUOTE || byte < 0x21 || byte > 0x7e) return true;
  }
  return false;
}

function putHex(at: number, view: DataView, from: number, to: number): number {
  let next = at;
  for (let i = from; i < to; i++, next += 2) TEXT.setInt16(next, HEX_PAIRS[view.getUint8(i)]!, true);
  return next;
}

/** Index of the first NUL in `[from, to)`, or `to`; four bytes at a time. */
function endOfString(view: DataView, from: number, to: number): number {
  for (let i = from; i < to; i += 4) {
    const four = view.getInt32(i, true);
    const zeros = (four - 0x01010101) & ~four & 0x80808080;
    if (zeros !== 0) return i + ((31 - Math.clz32(zeros & -zeros)) >> 3);
  }
  return to;
}
