import { isIPv4, isIPv6 } from 'node:net';

/** The bytes of a textual IPv4 or IPv6 address in network order, or undefined if it is neither. */
export function addressBytes(text: string): Uint8Array | undefined {
  if (isIPv4(text)) return Uint8Array.from(text.split('.'), Number);
  if (!isIPv6(text) || text.includes('%')) return undefined;
  const [head = '', tail] = text.split('::');
  const left = words(head);
  const right = tail === undefined ? [] : words(tail);
  const gap = tail === undefined ? [] : Array<number>(8 - left.length - right.length).fill(0);
  return Uint8Array.from([...left, ...gap, ...right].flatMap((word) => [word >>> 8, word & 0xff]));
}

function words(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((part) => {
    if (!part.includes('.')) return [Number.parseInt(part, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = part.split('.').map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}

/** An address as text: dotted for 4 bytes; for 16 the canonical form of RFC 5952. */
export function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, at) => ((bytes[2 * at] ?? 0) << 8) | (bytes[2 * at + 1] ?? 0));
  const zeros = longestZeros(groups);
  if (zeros.length < 2) return hex(groups);
  return `${hex(groups.slice(0, zeros.start))}::${hex(groups.slice(zeros.start + zeros.length))}`;
}

function hex(groups: readonly number[]): string {
  return groups.map((group) => group.toString(16)).join(':');
}

function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (let at = 0; at <= groups.length; at++) {
    if (groups[at] === 0) continue;
    if (at - start > best.length) best = { start, length: at - start };
    start = at + 1;
  }
  return best;
}

/** The same address with every bit behind the prefix cleared. */
export function maskAddress(bytes: Uint8Array, prefix: number): Uint8Array {
  return bytes.map((byte, at) => {
    const bits = Math.min(8, Math.max(0, prefix - 8 * at));
    return byte & (0xff00 >>> bits) & 0xff;
  });
}

/** Whether two addresses of one family share their first bits; addresses of two families never do. */
export function addressIsIn(left: Uint8Array, right: Uint8Array, prefix: number): boolean {
  if (left.length !== right.length) return false;
  const whole = prefix >>> 3;
  for (let at = 0; at < whole; at++) {
    if (left[at] !== right[at]) return false;
  }
  const bits = prefix & 7;
  if (bits === 0) return true;
  const mask = (0xff00 >>> bits) & 0xff;
  return ((left[whole] ?? 0) & mask) === ((right[whole] ?? 0) & mask);
}
