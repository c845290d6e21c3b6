const BLANK = 0x20;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const COMMA = 0x2c;
const EQUALS = 0x3d;
const LETTER_A = 0x61;
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

  /** Whether the record in `bytes[start, end)`, behind the `)` of the stamp, has this form. */
  read(bytes: Buffer, start: number, end: number): boolean {
    const limit = Math.min(end, start + MAX_FRONT_BYTES);
    let at = start;
    for (; ; at += 1) {
      if (at >= limit) return false;
      const byte = bytes[at]!;
      if (byte === QUOTE || byte === APOSTROPHE || byte === COMMA) return false;
      if (byte === BLANK && bytes[at + 1] === LETTER_A && bytes[at + 2] === 0x30 && bytes[at + 3] === EQUALS)
        break;
    }
    this.argsStart = at + 1;
    at = this.#arguments(bytes, at + 1, end);
    if (at < 0) return false;
    this.middleStart = at;
    return this.#middle(bytes, at, end);
  }

  #arguments(bytes: Buffer, start: number, end: number): number {
    let at = start;
    for (let i = 0; i < 4; i += 1) {
      if (bytes[at] !== LETTER_A || bytes[at + 1] !== 0x30 + i || bytes[at + 2] !== EQUALS) return -1;
      at += 3;
      this.argStart[i] = at;
      while (at < end && isLowerHex(bytes[at]!)) at += 1;
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

function isLowerHex(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x66);
}
