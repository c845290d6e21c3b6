import { ascii, ByteWriter } from '../audit/write/byte-writer.ts';
import { putDecimal, putUntrusted, putWord, stringEnd, word, type Word } from '../audit/write/put.ts';
import { FORM, OBJECT, OBJECT_AT, SIZE } from '../abi/abi.ts';

const DEV = word(' dev=');
const INO = word(' ino=');
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

/**
 * Writes the object at `at`: ` path="..." dev="..." ino=N`.
 *
 * @param name - ` path=` or ` name=`
 */
export function writeObject(out: ByteWriter, name: Word, view: DataView, at: number, end: number): void {
  const head = view.getInt32(at + OBJECT_AT.form, true);
  const plain = head === (FORM.PLAIN | (OBJECT.INODE << 16));
  if (!plain || view.getInt32(at + OBJECT_AT.ino + 4, true) !== 0) {
    writeObjectString(out, name, view, at, end);
    writeDevice(out, view, at);
    return;
  }
  out.reserve(2 * (end - at) + 64);
  const text = out.data;
  let next = putWord(text, out.length, name);
  next = putUntrusted(text, next, view, at + SIZE.object, end);
  out.advance(putDevice(text, next, view, at));
}

/** ` dev="..." ino=N` */
function putDevice(text: DataView, from: number, view: DataView, at: number): number {
  const sid = at + OBJECT_AT.sid;
  let next = putWord(text, from, DEV);
  next = putUntrusted(text, next, view, sid, stringEnd(view, sid, sid + 32));
  next = putWord(text, next, INO);
  return putDecimal(text, next, view.getInt32(at + OBJECT_AT.ino, true));
}

/** Writes ` dev="..." ino=N` of the `bpf_audit_object` at `at`; nothing if there was no inode. */
export function writeDevice(out: ByteWriter, view: DataView, at: number): void {
  if ((view.getUint16(at + OBJECT_AT.flags, true) & OBJECT.INODE) === 0) return;
  out.word(DEV);
  const sid = at + OBJECT_AT.sid;
  out.untrusted(view, sid, stringEnd(view, sid, sid + 32));
  out.word(INO);
  out.decimal64(view.getUint32(at + OBJECT_AT.ino, true), view.getUint32(at + OBJECT_AT.ino + 4, true));
}

/** Writes ` path=` or ` name=` and the string of the object at `at`; nothing if it has none. */
export function writeObjectString(
  out: ByteWriter,
  name: Word,
  view: DataView,
  at: number,
  end: number,
): void {
  const form = view.getUint16(at + OBJECT_AT.form, true);
  if (form === FORM.NONE) return;
  out.word(name);
  writeForm(out, form, view.getUint16(at + OBJECT_AT.flags, true), view, at, at + SIZE.object, end);
}

/**
 * Writes a string that may travel in pieces, `[from, end)` of the memory, as an untrusted string.
 *
 * @param form - `enum bpf_audit_string_form`
 * @param flags - `enum bpf_audit_object_flags`
 * @param inode - offset of a 64-bit inode number, for the forms that print it
 */
export function writeForm(
  out: ByteWriter,
  form: number,
  flags: number,
  view: DataView,
  inode: number,
  from: number,
  end: number,
): void {
  if (form === FORM.PLAIN) return out.untrusted(view, from, end);
  if (form === FORM.TOO_LONG) return out.bytes(TOO_LONG);
  scratch.reset();
  assemble(form, flags, view, inode, from, end);
  out.untrusted(scratch.data, 0, scratch.length);
}

/** The string of the object at `at` as bytes; valid until the next call. */
export function objectString(view: DataView, at: number, end: number): Uint8Array {
  const form = view.getUint16(at + OBJECT_AT.form, true);
  return formString(form, view.getUint16(at + OBJECT_AT.flags, true), view, at, at + SIZE.object, end);
}

/** The string of any form as bytes, with the arguments of {@link writeForm}; valid until the next call. */
export function formString(
  form: number,
  flags: number,
  view: DataView,
  inode: number,
  from: number,
  end: number,
): Uint8Array {
  if (form === FORM.PLAIN) return new Uint8Array(view.buffer, view.byteOffset + from, end - from);
  scratch.reset();
  if (form === FORM.TOO_LONG) scratch.bytes(TOO_LONG.subarray(1, -1));
  else assemble(form, flags, view, inode, from, end);
  return scratch.view;
}

function assemble(
  form: number,
  flags: number,
  view: DataView,
  inode: number,
  from: number,
  end: number,
): void {
  const first = stringEnd(view, from, end);
  if (form === FORM.COMPONENTS) return assembleComponents(flags, view, from, end);
  if (form === FORM.PIPE || form === FORM.SOCKET) {
    scratch.bytes(form === FORM.PIPE ? PIPE : SOCKET);
    assembleInode(view, inode);
  } else if (form === FORM.NS) {
    scratch.slice(view, from, first);
    scratch.bytes(NS);
    assembleInode(view, inode);
  } else if (form === FORM.ANON) {
    scratch.bytes(ANON_INODE);
    scratch.slice(view, from, first);
  } else if (form === FORM.SIMPLE) {
    scratch.byte(SLASH);
    scratch.slice(view, from, first);
    scratch.bytes(DELETED);
  } else if (form === FORM.DMABUF) {
    scratch.byte(SLASH);
    scratch.slice(view, from, first);
    scratch.byte(COLON);
    scratch.slice(view, Math.min(first + 1, end), stringEnd(view, Math.min(first + 1, end), end));
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
function assembleComponents(flags: number, view: DataView, from: number, end: number): void {
  let last = (flags & OBJECT.ESCAPED) !== 0 ? from : end;
  if (last <= from) scratch.byte(SLASH);
  while (last > from) {
    let start = last - 1;
    while (start > from && view.getUint8(start - 1) !== 0) start--;
    scratch.byte(SLASH);
    scratch.slice(view, start, last - 1);
    last = start;
  }
  if ((flags & OBJECT.DELETED) !== 0) scratch.bytes(DELETED);
}
