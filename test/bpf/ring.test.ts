import { closeSync, ftruncateSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Ring } from '../../src/bpf/ring.ts';
import { pageSize } from '../../src/sys/memory.ts';
import { Random } from '../helpers/random.ts';

const SIZE = 4096;
const BUSY = 0x80000000;
const DISCARD = 0x40000000;

/** The memory of a ring in a file: a page of the consumer's, one of the producer's, the data twice. */
class FakeRing {
  readonly fd: number;
  readonly #folder: string;
  readonly #page: number = pageSize();
  #produced = 0n;

  constructor() {
    this.#folder = mkdtempSync(join(tmpdir(), 'bpfaudit-ring-'));
    this.fd = openSync(join(this.#folder, 'ring'), 'w+');
    ftruncateSync(this.fd, 2 * this.#page + 2 * SIZE);
  }

  /** Reserves room as the kernel does; returns where. */
  reserve(payload: string, flags = 0): bigint {
    const position = this.#produced;
    const bytes = Buffer.alloc((payload.length + 8 + 7) & ~7);
    bytes.writeUInt32LE((payload.length | flags) >>> 0, 0);
    bytes.write(payload, 8, 'latin1');
    this.#put(position, bytes);
    this.#produced += BigInt(bytes.length);
    this.#setPosition(this.#page, this.#produced);
    return position;
  }

  /** Ends what was reserved busy. */
  commit(position: bigint, length: number, flags = 0): void {
    const head = Buffer.alloc(4);
    head.writeUInt32LE((length | flags) >>> 0);
    this.#put(position, head);
  }

  get consumed(): bigint {
    const bytes = Buffer.alloc(8);
    readSync(this.fd, bytes, 0, 8, 0);
    return bytes.readBigUInt64LE();
  }

  startAt(position: bigint): void {
    this.#produced = position;
    this.#setPosition(0, position);
    this.#setPosition(this.#page, position);
  }

  [Symbol.dispose](): void {
    closeSync(this.fd);
    rmSync(this.#folder, { recursive: true });
  }

  #put(position: bigint, bytes: Buffer): void {
    for (let i = 0; i < bytes.length; i++) {
      const offset = Number((position + BigInt(i)) % BigInt(SIZE));
      for (const copy of [0, SIZE]) writeSync(this.fd, bytes, i, 1, 2 * this.#page + copy + offset);
    }
  }

  #setPosition(at: number, position: bigint): void {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(position);
    writeSync(this.fd, bytes, 0, 8, at);
  }
}

let memory: FakeRing;
beforeEach(() => {
  memory = new FakeRing();
});
afterEach(() => memory[Symbol.dispose]());

/** What a walk hands over. */
function walk(ring: Ring, limit?: number): string[] {
  const seen: string[] = [];
  ring.walk(
    (at, length) =>
      seen.push(Buffer.from(ring.view.buffer, ring.view.byteOffset + at, length).toString('latin1')),
    limit,
  );
  return seen;
}

test('chunks are handed over in their order, discarded ones are not', () => {
  using ring = new Ring(memory.fd, SIZE);
  expect(ring.empty).toBe(true);
  memory.reserve('one');
  memory.reserve('gone', DISCARD);
  memory.reserve('three');
  expect(ring.empty).toBe(false);
  expect(walk(ring)).toEqual(['one', 'three']);
  expect(ring.empty).toBe(true);
  expect(walk(ring)).toEqual([]);
});

test('the walk stops at a chunk that is being written, and goes on behind it', () => {
  using ring = new Ring(memory.fd, SIZE);
  memory.reserve('one');
  const second = memory.reserve('two', BUSY);
  memory.reserve('three');
  expect(walk(ring)).toEqual(['one']);
  expect(ring.empty).toBe(false);
  memory.commit(second, 3);
  expect(walk(ring)).toEqual(['two', 'three']);
});

test('room is given back only when it is released', () => {
  using ring = new Ring(memory.fd, SIZE);
  memory.reserve('one');
  walk(ring);
  expect(memory.consumed).toBe(0n);
  expect(ring.fill).toBe(16);
  ring.release();
  expect(memory.consumed).toBe(16n);
  expect(ring.fill).toBe(0);
});

test('a chunk that is still needed stays, with all that is behind it', () => {
  using ring = new Ring(memory.fd, SIZE);
  const offsets: number[] = [];
  for (const payload of ['one', 'two', 'three']) memory.reserve(payload);
  ring.walk((at) => offsets.push(at));
  ring.release(ring.positionOf(offsets[1]));
  expect(memory.consumed).toBe(16n);
  ring.release(ring.positionOf());
  expect(memory.consumed).toBe(48n);
});

test('a new reader goes on where the last one released, unless it knows better', () => {
  for (const payload of ['one', 'two', 'three']) memory.reserve(payload);
  {
    using ring = new Ring(memory.fd, SIZE);
    expect(walk(ring, 1)).toEqual(['one']);
    ring.release();
    expect(walk(ring)).toEqual(['two', 'three']);
  }
  {
    using ring = new Ring(memory.fd, SIZE);
    ring.skipTo(8n); // behind: no way back
    ring.skipTo(4096n); // nothing was written there
    expect(ring.position).toBe(16);
    ring.skipTo(32n);
    expect(memory.consumed).toBe(32n);
    expect(walk(ring)).toEqual(['three']);
  }
});

test('chunks that lie across the end, and positions beyond 32 bits, read like others', () => {
  const random = new Random(9);
  memory.startAt(2n ** 33n + 4088n);
  using ring = new Ring(memory.fd, SIZE);
  for (let round = 0; round < 40; round++) {
    const payloads = Array.from({ length: 1 + random.below(6) }, (_, i) =>
      `${round}.${i} `.padEnd(8 + random.below(500), 'x'),
    );
    for (const payload of payloads) memory.reserve(payload);
    const offsets: number[] = [];
    const seen: string[] = [];
    ring.walk((at, length) => {
      offsets.push(at);
      seen.push(Buffer.from(ring.view.buffer, ring.view.byteOffset + at, length).toString('latin1'));
    });
    expect(seen).toEqual(payloads);
    ring.release(ring.positionOf(offsets.at(-1)));
    expect(ring.fill).toBe((payloads.at(-1)!.length + 15) & ~7);
    ring.release();
    expect(ring.fill).toBe(0);
  }
});
