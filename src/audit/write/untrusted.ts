import type { ByteWriter } from './byte-writer.ts';
import { needsHex } from './put.ts';

/**
 * Writes a word that the kernel prints with a bare `%s` (an interface, a device). One that could forge a
 * field, which the kernel would let through, is written as an untrusted string.
 */
export function writeWord(out: ByteWriter, view: DataView, from: number, to: number): void {
  if (from < to && isWord(view, from, to)) out.slice(view, from, to);
  else out.untrusted(view, from, to);
}

function isWord(view: DataView, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (view.getUint8(i) === 0x3d /* = */) return false;
  return !needsHex(view, from, to);
}
