/**
 * Integers in the byte order of this machine: netlink and the audit structures are never converted, so an
 * s390x kernel sends them big-endian.
 */
const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** An unsigned 16-bit integer at `offset`. The caller has checked that it lies inside `bytes`. */
export function readUint16(bytes: Uint8Array, offset: number): number {
  const low = bytes[offset] ?? 0;
  const high = bytes[offset + 1] ?? 0;
  return LITTLE_ENDIAN ? low | (high << 8) : (low << 8) | high;
}

/** An unsigned 32-bit integer at `offset`. The caller has checked that it lies inside `bytes`. */
export function readUint32(bytes: Uint8Array, offset: number): number {
  const first = readUint16(bytes, offset);
  const second = readUint16(bytes, offset + 2);
  return (LITTLE_ENDIAN ? first | (second << 16) : (first << 16) | second) >>> 0;
}

/** An unsigned 64-bit integer at `offset`. The caller has checked that it lies inside `bytes`. */
export function readUint64(bytes: Uint8Array, offset: number): bigint {
  const first = BigInt(readUint32(bytes, offset));
  const second = BigInt(readUint32(bytes, offset + 4));
  return LITTLE_ENDIAN ? first | (second << 32n) : (first << 32n) | second;
}

/** A signed 32-bit integer at `offset`. The caller has checked that it lies inside `bytes`. */
export function readInt32(bytes: Uint8Array, offset: number): number {
  return readUint32(bytes, offset) | 0;
}

/** Writes an unsigned 16-bit integer. */
export function writeUint16(bytes: Uint8Array, offset: number, value: number): void {
  bytes[LITTLE_ENDIAN ? offset : offset + 1] = value & 0xff;
  bytes[LITTLE_ENDIAN ? offset + 1 : offset] = (value >>> 8) & 0xff;
}

/** Writes an unsigned 32-bit integer. */
export function writeUint32(bytes: Uint8Array, offset: number, value: number): void {
  writeUint16(bytes, LITTLE_ENDIAN ? offset : offset + 2, value & 0xffff);
  writeUint16(bytes, LITTLE_ENDIAN ? offset + 2 : offset, value >>> 16);
}

/** Consecutive unsigned 32-bit integers as bytes, the way every fixed audit structure is laid out. */
export function packUint32(values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  values.forEach((value, index) => writeUint32(bytes, index * 4, value));
  return bytes;
}

/** Writes an unsigned 64-bit integer. */
export function writeUint64(bytes: Uint8Array, offset: number, value: bigint): void {
  const low = Number(value & 0xffffffffn);
  const high = Number(value >> 32n);
  writeUint32(bytes, offset, LITTLE_ENDIAN ? low : high);
  writeUint32(bytes, offset + 4, LITTLE_ENDIAN ? high : low);
}
