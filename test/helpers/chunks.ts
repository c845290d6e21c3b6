import { ABI_VERSION, CHUNK, EVENT_AT, FIELD_AT, SIZE } from '../../src/abi/abi.ts';

/** Bytes behind a chunk that may be read, as in the ring. */
const SLACK = 8;

/** Memory as bytes and as numbers. */
export interface Memory {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/** A field as the header writes it. */
export interface FieldParts {
  readonly type: number;
  readonly order?: number;
  readonly value?: number;
  readonly payload: Uint8Array;
}

/** Numbers of an event's head by name, and its comm. */
export interface EventParts {
  readonly head?: Readonly<Partial<Record<keyof typeof EVENT_AT, number>>>;
  readonly promise?: bigint;
  readonly comm?: Uint8Array;
  readonly fields?: readonly FieldParts[];
}

const WIDE = new Set(['event', 'seq', 'lost', 'boot_ns', 'ctime_sec', 'cgroup', 'exe_ino']);
const SHORT = new Set(['abi', 'chunks', 'site']);
const BYTES = new Set(['kind', 'flags']);

/** A field with its head, padded to a multiple of 8. */
export function fieldBytes({ type, order = 0, value = 0, payload }: FieldParts): Buffer {
  const bytes = Buffer.alloc(SIZE.field + ((payload.length + 7) & ~7));
  bytes.writeUInt8(type, FIELD_AT.type);
  bytes.writeUInt8(order, FIELD_AT.order);
  bytes.writeUInt16LE(value, FIELD_AT.value);
  bytes.writeUInt32LE(payload.length, FIELD_AT.len);
  bytes.set(payload, SIZE.field);
  return bytes;
}

/** An EVENT chunk. */
export function eventChunk({ head = {}, promise = 1n, comm, fields = [] }: EventParts = {}): Buffer {
  const parts = fields.map((field, order) => fieldBytes({ order, ...field }));
  const chunk = Buffer.concat([Buffer.alloc(SIZE.event), ...parts]);
  const numbers = { abi: ABI_VERSION, kind: CHUNK.EVENT, len: chunk.length, ...head };
  chunk.writeBigUInt64LE(promise, EVENT_AT.promise);
  const offsets: ReadonlyMap<string, number> = new Map(Object.entries(EVENT_AT));
  for (const [name, number] of Object.entries(numbers)) {
    const at = offsets.get(name)!;
    if (WIDE.has(name)) chunk.writeBigUInt64LE(BigInt(number), at);
    else if (SHORT.has(name)) chunk.writeUInt16LE(number, at);
    else if (BYTES.has(name)) chunk.writeUInt8(number, at);
    else chunk.writeInt32LE(number | 0, at);
  }
  if (comm) chunk.set(comm.subarray(0, 16), EVENT_AT.comm);
  return chunk;
}

/** A FIELD chunk. */
export function fieldChunk(promise: bigint, field: FieldParts): Buffer {
  const chunk = Buffer.concat([Buffer.alloc(SIZE.chunk), fieldBytes(field)]);
  chunk.writeUInt16LE(ABI_VERSION, EVENT_AT.abi);
  chunk.writeUInt8(CHUNK.FIELD, EVENT_AT.kind);
  chunk.writeUInt32LE(SIZE.chunk + SIZE.field + field.payload.length, EVENT_AT.len);
  chunk.writeBigUInt64LE(promise, EVENT_AT.promise);
  return chunk;
}

/** Memory with these bytes and what may be read behind them: bytes that must not matter. */
export function memoryOf(content: Uint8Array): Memory {
  const bytes = new Uint8Array(content.length + SLACK).fill(0x22);
  bytes.set(content);
  return { bytes, view: new DataView(bytes.buffer) };
}

/** A string as payload. */
export function text(value: string): Uint8Array {
  return Buffer.from(value, 'latin1');
}

/** Little-endian 32-bit numbers as payload. */
export function words(...numbers: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(4 * numbers.length);
  numbers.forEach((number, i) => bytes.writeInt32LE(number | 0, 4 * i));
  return bytes;
}
