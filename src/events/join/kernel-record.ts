/** Time and serial at the begin of a kernel record: `audit(SECONDS.MILLI:SERIAL): `. */
export interface RecordId {
  seconds: number;
  milliseconds: number;
  serial: number;
  /** Where the body begins. */
  body: number;
}

const PREFIX = Buffer.from('audit(');
const DOT = 46;
const COLON = 58;
const CLOSE = 41;
const SPACE = 32;

/**
 * Reads the id of the record in `bytes[start, end)` into `id`. One space or more may follow the colon.
 *
 * @returns false if the bytes do not begin like a record
 */
export function readRecordId(bytes: Uint8Array, start: number, end: number, id: RecordId): boolean {
  for (let i = 0; i < PREFIX.length; i++) if (bytes[start + i] !== PREFIX[i]) return false;
  let at = start + PREFIX.length;
  [id.seconds, at] = readNumber(bytes, at, end);
  if (bytes[at] !== DOT) return false;
  [id.milliseconds, at] = readNumber(bytes, at + 1, end);
  if (bytes[at] !== COLON) return false;
  [id.serial, at] = readNumber(bytes, at + 1, end);
  if (bytes[at] !== CLOSE || bytes[at + 1] !== COLON) return false;
  at += 2;
  while (at < end && bytes[at] === SPACE) at++;
  id.body = at;
  return at <= end;
}

function readNumber(bytes: Uint8Array, from: number, end: number): [number, number] {
  let value = 0;
  let at = from;
  for (; at < end; at++) {
    const digit = bytes[at]! - 48;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  return [value, at];
}
