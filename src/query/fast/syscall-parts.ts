const BLANK = 0x20;
const EQUALS = 0x3d;
const LETTER_A = 0x61;
/** ` a0=`, which ends the front. */
const FIRST_ARGUMENT = Buffer.from(' a0=').readInt32LE();
const FIRST_ARGUMENT_BYTES = 4;
const KEPT_LENGTHS = 6;
/** Whether a byte is a digit of a number as the kernel writes it in hexadecimal. */
const IS_LOWER_HEX: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
  /[0-9a-f]/.test(String.fromCharCode(byte)) ? 1 : 0,
);
/** Plain fields, each with its value: where a front ends would else depend on how it is read. */
const PLAIN_FRONT = /^: (?:[^ ="',]+=[^ "',]+ )+$/;
/** A front of a SYSCALL record is shorter, unless it is none. */
const MAX_FRONT_BYTES = 160;
const ITEMS = Buffer.from('items=');
const PPID = Buffer.from('ppid=');
const PID = Buffer.from('pid=');
const AUID = Buffer.from('auid=');

/**
 * The parts of a SYSCALL record as the kernel writes it: a front up to the arguments (`arch=` to `exit=`),
 * the four arguments, `items=`, `ppid=` and `pid=`, and a tail from `auid=` on. Front and tail come again and
 * again; what stands between them changes with each event, and needs no words.
 */
export class SyscallParts {
  /** Where the first argument begins, at its name. */
  argsStart = 0;
  /** Where the value of each argument begins and ends. */
  readonly argStart: Int32Array = new Int32Array(4);
  readonly argEnd: Int32Array = new Int32Array(4);
  /** Where `items=` begins. */
  middleStart = 0;
  /** Where `auid=` begins. */
  tailStart = 0;
  pid = 0;
  readonly #lengths = new Int32Array(KEPT_LENGTHS);
  #nextLength = 0;

  /** Whether the record in `bytes[start, end)`, behind the `)` of the stamp, has this form. */
  read(bytes: Buffer, view: DataView, start: number, end: number): boolean {
    const limit = Math.min(end, start + MAX_FRONT_BYTES) - FIRST_ARGUMENT_BYTES;
    let at = this.#guess(view, start, limit);
    if (at < 0) {
      at = start;
      while (at < limit && view.getInt32(at, true) !== FIRST_ARGUMENT) at += 1;
      if (at >= limit) return false;
      this.#keepLength(at - start);
    }
    this.argsStart = at + 1;
    at = this.#arguments(bytes, at + 1, end);
    if (at < 0) return false;
    this.middleStart = at;
    return this.#middle(bytes, at, end);
  }

  /** Whether no other argument stands before the first that was found; {@link read} may have guessed. */
  isFirst(view: DataView, start: number): boolean {
    for (let at = start; at < this.argsStart - 1; at += 1)
      if (view.getInt32(at, true) === FIRST_ARGUMENT) return false;
    return true;
  }

  /** Fronts have few lengths: where one of the last ended, this one may end too. */
  #guess(view: DataView, start: number, limit: number): number {
    const lengths = this.#lengths;
    for (let i = 0; i < KEPT_LENGTHS; i += 1) {
      const at = start + lengths[i]!;
      if (at < limit && view.getInt32(at, true) === FIRST_ARGUMENT) return at;
    }
    return -1;
  }

  #keepLength(length: number): void {
    this.#lengths[this.#nextLength] = length;
    this.#nextLength = (this.#nextLength + 1) % KEPT_LENGTHS;
  }

  #arguments(bytes: Buffer, start: number, end: number): number {
    let at = start;
    for (let i = 0; i < 4; i += 1) {
      if (bytes[at] !== LETTER_A || bytes[at + 1] !== 0x30 + i || bytes[at + 2] !== EQUALS) return -1;
      at += 3;
      this.argStart[i] = at;
      while (at < end && IS_LOWER_HEX[bytes[at]!] !== 0) at += 1;
      this.argEnd[i] = at;
      const length = at - this.argStart[i]!;
      if (length === 0 || length > 16 || bytes[at] !== BLANK) return -1;
      at += 1;
    }
    return at;
  }

  #middle(bytes: Buffer, start: number, end: number): boolean {
    let at = afterNumber(bytes, start, end, ITEMS);
    if (at < 0) return false;
    at = afterNumber(bytes, at, end, PPID);
    if (at < 0) return false;
    const pidAt = at + PID.length;
    at = afterNumber(bytes, at, end, PID);
    if (at < 0 || !hasAt(bytes, at, end, AUID)) return false;
    this.pid = numberIn(bytes, pidAt, at - 1);
    this.tailStart = at;
    return true;
  }
}

/** Whether the bytes stand at a place. */
export function hasAt(bytes: Buffer, at: number, end: number, key: Buffer): boolean {
  if (at + key.length > end) return false;
  for (let i = 0; i < key.length; i += 1) if (bytes[at + i] !== key[i]) return false;
  return true;
}

/** Behind the blank after `key` and a number of at most nine digits, or -1. */
export function afterNumber(bytes: Buffer, start: number, end: number, key: Buffer, maxDigits = 9): number {
  if (!hasAt(bytes, start, end, key)) return -1;
  const from = start + key.length;
  let at = from;
  while (at < end && bytes[at]! >= 0x30 && bytes[at]! <= 0x39) at += 1;
  return at > from && at - from <= maxDigits && bytes[at] === BLANK ? at + 1 : -1;
}

function numberIn(bytes: Buffer, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at += 1) value = value * 10 + bytes[at]! - 0x30;
  return value;
}

/** Whether the front of a record, up to its arguments, can be read by itself. */
export function isPlainFront(front: string): boolean {
  return PLAIN_FRONT.test(front);
}
