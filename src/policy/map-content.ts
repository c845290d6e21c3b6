import type { MapScalar } from './manifest.ts';

/** Ways into the machine that a manifest can use in the place of a number. */
export interface Identities {
  /** Id of a v2 cgroup by its path, nothing if there is none. */
  cgroup(path: string): bigint | undefined;
  /** Number of an inode by a path, nothing if there is none. */
  inode(path: string): bigint | undefined;
}

/** What {@link encodeScalar} found wrong: what was expected. */
export interface NotEncodable {
  readonly expected: string;
}

/**
 * A key or a value of a map as bytes, in the byte order of the machine (little-endian). Numbers fill 1, 2, 4 or
 * 8 bytes; text is filled up with zeros; `hex:` gives the bytes themselves; `cgroup:PATH` and `inode:PATH` stand
 * for their number.
 *
 * @param size - bytes that the map has for it
 */
export function encodeScalar(value: MapScalar, size: number, identities: Identities): Buffer | NotEncodable {
  if (typeof value === 'number') return encodeNumber(BigInt(value), size);
  if (value.startsWith('hex:')) return encodeHex(value.slice(4), size);
  for (const kind of ['cgroup', 'inode'] as const) {
    if (!value.startsWith(`${kind}:`)) continue;
    const path = value.slice(kind.length + 1);
    const number = identities[kind](path);
    return number === undefined
      ? { expected: kind === 'cgroup' ? 'the folder of a cgroup' : 'a path that exists' }
      : encodeNumber(number, size);
  }
  const text = Buffer.from(value);
  if (text.length > size) return { expected: `up to ${size} bytes` };
  return Buffer.concat([text, Buffer.alloc(size - text.length)]);
}

/** The value of a key that names none: the first byte is 1. */
export function presentValue(size: number): Buffer {
  const value = Buffer.alloc(size);
  if (size > 0) value[0] = 1;
  return value;
}

function encodeNumber(value: bigint, size: number): Buffer | NotEncodable {
  if (size !== 1 && size !== 2 && size !== 4 && size !== 8) {
    return { expected: `text or hex: of ${size} bytes, since the map has no number there` };
  }
  const bits = BigInt(size * 8);
  if (value >= 1n << bits || value < -(1n << (bits - 1n))) return { expected: `a number of ${size} bytes` };
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, value));
  return bytes.subarray(0, size);
}

function encodeHex(digits: string, size: number): Buffer | NotEncodable {
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(digits) || digits.length !== size * 2) {
    return { expected: `hex: and ${size * 2} digits` };
  }
  return Buffer.from(digits, 'hex');
}
