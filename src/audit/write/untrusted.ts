import type { ByteWriter } from './byte-writer.ts';

const QUOTE = 0x22;

/**
 * Whether the kernel would print these bytes in hex: `audit_string_contains_control()` of kernel/audit.c, any
 * byte that is `"` or outside of 0x21-0x7e.
 */
export function needsHex(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const byte = bytes[i]!;
    if (byte === QUOTE || byte < 0x21 || byte > 0x7e) return true;
  }
  return false;
}

/** Index of the first NUL in `bytes[from, to)`, or `to`. */
export function stringEnd(bytes: Uint8Array, from: number, to: number): number {
  for (let i = from; i < to; i++) if (bytes[i] === 0) return i;
  return to;
}

/**
 * Writes `bytes[from, to)` as `audit_log_n_untrustedstring()` does: in quotes if every byte is harmless, else
 * the whole value as upper-case hex without quotes. This is what keeps a file name from forging a field.
 */
export function writeUntrusted(out: ByteWriter, bytes: Uint8Array, from: number, to: number): void {
  if (needsHex(bytes, from, to)) {
    out.hexBytes(bytes, from, to);
    return;
  }
  out.byte(QUOTE);
  out.slice(bytes, from, to);
  out.byte(QUOTE);
}

/**
 * Writes a word that the kernel prints with a bare `%s` (an interface, a device). One that could forge a
 * field, which the kernel would let through, is written as an untrusted string.
 */
export function writeWord(out: ByteWriter, bytes: Uint8Array, from: number, to: number): void {
  if (from < to && isWord(bytes, from, to)) out.slice(bytes, from, to);
  else writeUntrusted(out, bytes, from, to);
}

function isWord(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (bytes[i] === 0x3d /* = */) return false;
  return !needsHex(bytes, from, to);
}
