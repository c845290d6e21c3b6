import { ascii, type ByteWriter } from '../audit/write/byte-writer.ts';
import { RESERVED_NAMES } from '../audit/write/reserved.ts';
import { stringEnd, writeUntrusted } from '../audit/write/untrusted.ts';
import { CUSTOM_AT, FIELD, SIZE } from '../abi/abi.ts';

const SPACE = 32;
const EQUALS = 61;
const NEWLINE = 10;
const HEX = ascii('0x');

/**
 * Writes a field with a name of the policy's own: `NAME=123`, `NAME=-123`, `NAME=0x7b`, `NAME="..."`.
 *
 * The compiler refuses bad names already; they are refused again here, since an object can be made without
 * the header. A field with a bad name is left out, and so is a second one with the same name.
 */
export function writeCustom(
  out: ByteWriter,
  type: number,
  bytes: Uint8Array,
  view: DataView,
  at: number,
  end: number,
): void {
  const nameEnd = stringEnd(bytes, at + CUSTOM_AT.name, at + CUSTOM_AT.name + 32);
  if (!isCustomName(bytes, at, nameEnd) || isInLine(out, bytes, at, nameEnd)) return;
  out.byte(SPACE);
  out.slice(bytes, at, nameEnd);
  out.byte(EQUALS);
  const low = view.getUint32(at + CUSTOM_AT.value, true);
  const high = view.getUint32(at + CUSTOM_AT.value + 4, true);
  if (type === FIELD.STR) {
    writeUntrusted(out, bytes, at + SIZE.custom, end);
  } else if (type === FIELD.U64) {
    out.decimal64(low, high);
  } else if (type === FIELD.HEX) {
    out.bytes(HEX);
    out.hex64(low, high);
  } else {
    out.bytes(ascii(view.getBigInt64(at + CUSTOM_AT.value, true).toString()));
  }
}

/**
 * Whether the line that is being written has the field already. A space in front and `=` behind cannot stand
 * in a value: what has spaces is printed as hex.
 */
function isInLine(out: ByteWriter, bytes: Uint8Array, from: number, end: number): boolean {
  const line = out.view;
  const length = end - from;
  for (let at = line.length - length - 2; at >= 0 && line[at + length + 1] !== NEWLINE; at--) {
    if (line[at] !== SPACE || line[at + length + 1] !== EQUALS) continue;
    let same = 0;
    while (same < length && line[at + 1 + same] === bytes[from + same]) same++;
    if (same === length) return true;
  }
  return false;
}

/** Whether the name has the characters a policy may use and does not belong to audit. */
export function isCustomName(bytes: Uint8Array, from: number, end: number): boolean {
  if (end === from || end - from > 31) return false;
  let name = '';
  for (let i = from; i < end; i++) {
    const byte = bytes[i]!;
    const letter = byte >= 0x61 && byte <= 0x7a;
    const other = (byte >= 0x30 && byte <= 0x39) || byte === 0x5f || byte === 0x2d;
    if (!letter && !(other && i > from)) return false;
    name += String.fromCharCode(byte);
  }
  return !RESERVED_NAMES.has(name);
}
