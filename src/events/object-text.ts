import { ascii, ByteWriter } from '../audit/write/byte-writer.ts';
import { stringEnd, writeUntrusted } from '../audit/write/untrusted.ts';
import { FORM, OBJECT, OBJECT_AT, SIZE } from '../abi/abi.ts';

const DEV = ascii(' dev=');
const INO = ascii(' ino=');
const TOO_LONG = ascii('"<too_long>"');
const DELETED = ascii(' (deleted)');
const PIPE = ascii('pipe:[');
const SOCKET = ascii('socket:[');
const ANON_INODE = ascii('anon_inode:');
const NS = ascii(':[');
const SLASH = 47;
const COLON = 58;
const CLOSE = 93;

/** Where strings are put together that travel in pieces. */
const scratch = new ByteWriter(4096);

/** Writes ` dev="..." ino=N` of the `bpf_audit_object` at `at`; nothing if there was no inode. */
export function writeDevice(out: ByteWriter, bytes: Uint8Array, view: DataView, at: number): void {
  if ((view.getUint16(at + OBJECT_AT.flags, true) & OBJECT.INODE) === 0) return;
  out.bytes(DEV);
  const sid = at + OBJECT_AT.sid;
  writeUntrusted(out, bytes, sid, stringEnd(bytes, sid, sid + 32));
  out.bytes(INO);
  out.decimal64(view.getUint32(at + OBJECT_AT.ino, true), view.getUint32(at + OBJECT_AT.ino + 4, true));
}

/** Writes ` path=` or ` name=` and the string of the object at `at`; nothing if it has none. */
export function writeObjectString(
  out: ByteWriter,
  name: Uint8Array,
  bytes: Uint8Array,
  view: DataView,
  at: number,
  end: number,
): void {
  const form = view.getUint16(at + OBJECT_AT.form, true);
  if (form === FORM.NONE) return;
  out.bytes(name);
  writeForm(out, form, view.getUint16(at + OBJECT_AT.flags, true), bytes, view, at, at + SIZE.object, end);
}

/**
 * Writes a string that may travel in pieces, `bytes[from, end)`, as an untrusted string.
 *
 * @param form - `enum bpf_audit_string_form`
 * @param flags - `enum bpf_audit_object_flags`
 * @param inode - offset of a 64-bit inode number, for the forms that print it
 */
export function writeForm(
  out: ByteWriter,
  form: number,
  flags: number,
  bytes: Uint8Array,
  view: DataView,
  inode: number,
  from: number,
  end: number,
): void {
  if (form === FORM.PLAIN) return writeUntrusted(out, bytes, from, end);
  if (form === FORM.TOO_LONG) return out.bytes(TOO_LONG);
  scratch.reset();
  assemble(form, flags, bytes, view, inode, from, end);
  const whole = scratch.view;
  writeUntrusted(out, whole, 0, whole.length);
}

/** The string of the object at `at` as bytes; valid until the next call. */
export function objectString(bytes: Uint8Array, view: DataView, at: number, end: number): Uint8Array {
  const form = view.getUint16(at + OBJECT_AT.form, true);
  return formString(form, view.getUint16(at + OBJECT_AT.flags, true), bytes, view, at, at + SIZE.object, end);
}

/** The string of any form as bytes, with the arguments of {@link writeForm}; valid until the next call. */
export function formString(
  form: number,
  flags: number,
  bytes: Uint8Array,
  view: DataView,
  inode: number,
  from: number,
  end: number,
): Uint8Array {
  if (form === FORM.PLAIN) return bytes.subarray(from, end);
  scratch.reset();
  if (form === FORM.TOO_LONG) scratch.bytes(TOO_LONG.subarray(1, -1));
  else assemble(form, flags, bytes, view, inode, from, end);
  return scratch.view;
}

function assemble(
  form: number,
  flags: number,
  bytes: Uint8Array,
  view: DataView,
  inode: number,
  from: number,
  end: number,
): void {
  const first = stringEnd(bytes, from, end);
  if (form === FORM.COMPONENTS) return assembleComponents(flags, bytes, from, end);
  if (form === FORM.PIPE || form === FORM.SOCKET) {
    scratch.bytes(form === FORM.PIPE ? PIPE : SOCKET);
    assembleInode(view, inode);
  } else if (form === FORM.NS) {
    scratch.slice(bytes, from, first);
    scratch.bytes(NS);
    assembleInode(view, inode);
  } else if (form === FORM.ANON) {
    scratch.bytes(ANON_INODE);
    scratch.slice(bytes, from, first);
  } else if (form === FORM.SIMPLE) {
    scratch.byte(SLASH);
    scratch.slice(bytes, from, first);
    scratch.bytes(DELETED);
  } else if (form === FORM.DMABUF) {
    scratch.byte(SLASH);
    scratch.slice(bytes, from, first);
    scratch.byte(COLON);
    scratch.slice(bytes, Math.min(first + 1, end), stringEnd(bytes, Math.min(first + 1, end), end));
  }
}

function assembleInode(view: DataView, inode: number): void {
  scratch.decimal64(
    view.getUint32(inode + OBJECT_AT.ino, true),
    view.getUint32(inode + OBJECT_AT.ino + 4, true),
  );
  scratch.byte(CLOSE);
}

/** The names come from the leaf to the root, a NUL behind each; the text runs the other way. */
function assembleComponents(flags: number, bytes: Uint8Array, from: number, end: number): void {
  let last = (flags & OBJECT.ESCAPED) !== 0 ? from : end;
  if (last <= from) scratch.byte(SLASH);
  while (last > from) {
    let start = last - 1;
    while (start > from && bytes[start - 1] !== 0) start--;
    scratch.byte(SLASH);
    scratch.slice(bytes, start, last - 1);
    last = start;
  }
  if ((flags & OBJECT.DELETED) !== 0) scratch.bytes(DELETED);
}
