import type { ByteWriter } from './byte-writer.ts';

const DOT = 46;
const COLON = 58;

/** Writes the IPv4 address at `at` as `%pI4`. */
export function writeIpv4(out: ByteWriter, view: DataView, at: number): void {
  for (let i = 0; i < 4; i++) {
    if (i > 0) out.byte(DOT);
    out.decimal(view.getUint8(at + i));
  }
}

/**
 * Writes the IPv6 address at `at` as `%pI6c`: `ip6_compressed_string()` of lib/vsprintf.c. The longest
 * run of at least two zero groups becomes `::`, mapped and ISATAP addresses end in dotted decimal.
 */
export function writeIpv6(out: ByteWriter, view: DataView, at: number): void {
  const dotted = isMapped(view, at) || isIsatap(view, at);
  const groups = dotted ? 6 : 8;
  const run = longestZeroRun(view, at, groups);
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
    out.hex((view.getUint8(at + 2 * i) << 8) | view.getUint8(at + 2 * i + 1));
    needsColon = true;
  }
  if (!dotted) return;
  if (needsColon) out.byte(COLON);
  writeIpv4(out, view, at + 12);
}

/** Whether all `count` bytes from `at` are 0. */
export function isZero(view: DataView, at: number, count: number): boolean {
  for (let i = 0; i < count; i++) if (view.getUint8(at + i) !== 0) return false;
  return true;
}

function isMapped(view: DataView, at: number): boolean {
  return isZero(view, at, 10) && view.getUint8(at + 10) === 0xff && view.getUint8(at + 11) === 0xff;
}

/** `ipv6_addr_is_isatap()`: interface identifier 00-00-5E-FE or 02-00-5E-FE. */
function isIsatap(view: DataView, at: number): boolean {
  return (
    (view.getUint8(at + 8) | 0x02) === 0x02 &&
    view.getUint8(at + 9) === 0 &&
    view.getUint8(at + 10) === 0x5e &&
    view.getUint8(at + 11) === 0xfe
  );
}

function longestZeroRun(view: DataView, at: number, groups: number): { start: number; length: number } {
  let start = -1;
  let length = 1;
  for (let i = 0; i < groups; i++) {
    let run = 0;
    while (
      i + run < groups &&
      view.getUint8(at + 2 * (i + run)) === 0 &&
      view.getUint8(at + 2 * (i + run) + 1) === 0
    )
      run++;
    if (run > length) {
      start = i;
      length = run;
    }
  }
  return { start, length };
}
