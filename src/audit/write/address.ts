import type { ByteWriter } from './byte-writer.ts';

const DOT = 46;
const COLON = 58;

/** Writes the IPv4 address at `bytes[at]` as `%pI4`. */
export function writeIpv4(out: ByteWriter, bytes: Uint8Array, at: number): void {
  for (let i = 0; i < 4; i++) {
    if (i > 0) out.byte(DOT);
    out.decimal(bytes[at + i]!);
  }
}

/**
 * Writes the IPv6 address at `bytes[at]` as `%pI6c`: `ip6_compressed_string()` of lib/vsprintf.c. The longest
 * run of at least two zero groups becomes `::`, mapped and ISATAP addresses end in dotted decimal.
 */
export function writeIpv6(out: ByteWriter, bytes: Uint8Array, at: number): void {
  const dotted = isMapped(bytes, at) || isIsatap(bytes, at);
  const groups = dotted ? 6 : 8;
  const run = longestZeroRun(bytes, at, groups);
  let needsColon = false;
  for (let i = 0; i < groups; i++) {
    if (i === run.start) {
      if (needsColon || i === 0) out.byte(COLON);
      out.byte(COLON);
      needsColon = false;
      i += run.length - 1;
      continue;
    }
    if (needsColon) out.byte(COLON);
    out.hex((bytes[at + 2 * i]! << 8) | bytes[at + 2 * i + 1]!);
    needsColon = true;
  }
  if (!dotted) return;
  if (needsColon) out.byte(COLON);
  writeIpv4(out, bytes, at + 12);
}

/** Whether all `count` bytes from `at` are 0. */
export function isZero(bytes: Uint8Array, at: number, count: number): boolean {
  for (let i = 0; i < count; i++) if (bytes[at + i] !== 0) return false;
  return true;
}

function isMapped(bytes: Uint8Array, at: number): boolean {
  return isZero(bytes, at, 10) && bytes[at + 10] === 0xff && bytes[at + 11] === 0xff;
}

/** `ipv6_addr_is_isatap()`: interface identifier 00-00-5E-FE or 02-00-5E-FE. */
function isIsatap(bytes: Uint8Array, at: number): boolean {
  return (
    (bytes[at + 8]! | 0x02) === 0x02 &&
    bytes[at + 9] === 0 &&
    bytes[at + 10] === 0x5e &&
    bytes[at + 11] === 0xfe
  );
}

function longestZeroRun(bytes: Uint8Array, at: number, groups: number): { start: number; length: number } {
  let start = -1;
  let length = 1;
  for (let i = 0; i < groups; i++) {
    let run = 0;
    while (i + run < groups && bytes[at + 2 * (i + run)] === 0 && bytes[at + 2 * (i + run) + 1] === 0) run++;
    if (run > length) {
      start = i;
      length = run;
    }
  }
  return { start, length };
}
