import { expect, test } from 'vitest';
import { ABI_VERSION, CHUNK, EVENT_AT, FIELD, SIZE } from '../../src/abi/abi.ts';
import { ByteWriter } from '../../src/audit/write/byte-writer.ts';
import { Assembler } from '../../src/events/assembler.ts';
import { decodeEvent } from '../../src/events/decode.ts';
import { writeRecordBody } from '../../src/events/record-text.ts';
import { eventChunk, fieldChunk, memoryOf, text } from '../helpers/chunks.ts';
import { Random } from '../helpers/random.ts';

/** Takes chunks in one after the other; gives the sequence numbers and causes that came out. */
function assemble(...chunks: readonly Uint8Array[]): { assembler: Assembler; events: string[] } {
  const events: string[] = [];
  const assembler = new Assembler({
    event(_bytes, view, at, more) {
      const causes = more.map(({ bytes: own, at: from, length }) =>
        Buffer.from(own).toString('latin1', from, from + length),
      );
      events.push([view.getUint32(at + EVENT_AT.seq, true), ...causes].join(' '));
    },
    note(kind) {
      events.push(kind === CHUNK.STAMP ? 'stamp' : 'exit');
    },
  });
  let at = 0;
  for (const chunk of chunks) {
    // as in the ring: each at its own offset
    const memory = memoryOf(Buffer.concat([Buffer.alloc(at), chunk]));
    assembler.chunk(memory.bytes, memory.view, at, chunk.length);
    at += chunk.length;
  }
  return { assembler, events };
}

function cause(promise: bigint, value: string): Buffer {
  return fieldChunk(promise, { type: FIELD.CAUSE, payload: text(value) });
}

function event(seq: number, chunks: number): Buffer {
  return eventChunk({ promise: BigInt(seq), head: { seq, chunks } });
}

function note(kind: number): Buffer {
  const chunk = Buffer.alloc(SIZE.stamp);
  chunk.writeUInt16LE(ABI_VERSION, EVENT_AT.abi);
  chunk.writeUInt8(kind, EVENT_AT.kind);
  chunk.writeUInt32LE(chunk.length, EVENT_AT.len);
  return chunk;
}

test('a whole event is handed on at once', () => {
  const { assembler, events } = assemble(event(1, 0), event(2, 0));
  expect(events).toEqual(['1', '2']);
  expect(assembler.oldest).toBeUndefined();
});

test('an event waits for its chunks, and what is behind it waits too', () => {
  const first = event(1, 2);
  const { assembler, events } = assemble(first, event(2, 0), note(CHUNK.STAMP), cause(1n, 'a'));
  expect(events).toEqual([]);
  expect(assembler.oldest).toBe(0);
  const done = assemble(first, event(2, 0), note(CHUNK.STAMP), cause(1n, 'a'), cause(1n, 'b'));
  expect(done.events).toEqual(['1 a b', '2', 'stamp']);
  expect(done.assembler.oldest).toBeUndefined();
});

test('chunks of several events may be mixed', () => {
  const { events } = assemble(
    event(1, 2),
    event(2, 1),
    cause(2n, 'two'),
    cause(1n, 'one'),
    event(3, 0),
    cause(1n, 'more'),
  );
  expect(events).toEqual(['1 one more', '2 two', '3']);
});

test('the oldest chunk that is needed is known', () => {
  const whole = event(1, 0);
  const { assembler } = assemble(whole, event(2, 1), event(3, 0));
  expect(assembler.oldest).toBe(whole.length);
});

test('a field without an event is counted', () => {
  const { assembler, events } = assemble(cause(7n, 'lonely'), event(1, 0));
  expect(events).toEqual(['1']);
  expect(assembler.counts).toMatchObject({ chunks: 2, events: 1, orphans: 1 });
});

test.each([
  ['of another ABI', eventChunk({ head: { abi: 2 } }), { otherAbi: 1 }],
  ['of no kind', eventChunk({ head: { kind: 9 } }), { malformed: 1 }],
  ['longer than its room', eventChunk({ head: { len: 4096 } }), { malformed: 1 }],
  ['with the length of a giant', eventChunk({ head: { len: -1 } }), { malformed: 1 }],
  ['shorter than its head', eventChunk({ head: { len: 8 } }), { malformed: 1 }],
  ['an event without a whole head', eventChunk({ head: { len: SIZE.event - 1 } }), { malformed: 1 }],
  ['a few bytes', Buffer.alloc(8), { malformed: 1 }],
])('a chunk %s is counted and left out', (_, chunk, counts) => {
  const { assembler, events } = assemble(chunk, event(1, 0));
  expect(events).toEqual(['1']);
  expect(assembler.counts).toMatchObject({ chunks: 2, events: 1, ...counts });
});

test('a field whose length is a lie is counted, and its event comes without it', () => {
  const lie = cause(1n, 'x');
  lie.writeUInt32LE(1000, SIZE.chunk + 4);
  const { assembler, events } = assemble(event(1, 1), lie);
  expect(events).toEqual(['1']);
  expect(assembler.counts).toMatchObject({ events: 1, malformed: 1 });
});

test('what still misses chunks at the end of the ring comes without them, and says so', () => {
  const out = new ByteWriter();
  const lines: string[] = [];
  const assembler = new Assembler({
    event(bytes, view, at, more) {
      out.reset();
      writeRecordBody(out, bytes, view, at, more);
      lines.push(Buffer.from(out.view).toString());
    },
  });
  for (const chunk of [event(1, 2), event(2, 0), cause(1n, 'kept')]) {
    const { bytes, view } = memoryOf(chunk);
    assembler.chunk(bytes, view, 0, chunk.length);
  }
  expect(lines).toEqual([]);
  assembler.abandon();
  expect(lines).toEqual(['prog-id=? pid=0 comm="" cause="kept" truncated=?', 'prog-id=? pid=0 comm=""']);
  expect(assembler.oldest).toBeUndefined();
  expect(assembler.counts).toMatchObject({ events: 2, malformed: 1 });
});

/** Some bytes of a good chunk replaced. */
function mutate(chunk: Buffer, random: Random): Buffer {
  const copy = Buffer.from(chunk);
  for (let i = random.below(12); i >= 0; i--) copy[4 + random.below(copy.length - 4)] = random.below(256);
  return copy;
}

test('no bytes make it fail, or read outside of their chunk', () => {
  const random = new Random(1427);
  const out = new ByteWriter();
  let events = 0;
  const assembler = new Assembler({
    event(bytes, view, at, more) {
      events++;
      out.reset();
      writeRecordBody(out, bytes, view, at, more);
      expect(Buffer.from(out.view).includes(10)).toBe(false);
      decodeEvent(bytes, view, at, more);
    },
  });
  const types = Object.values(FIELD);
  for (let round = 0; round < 20_000; round++) {
    const fields = Array.from({ length: random.below(4) }, () => ({
      type: random.pick(types),
      value: random.below(3),
      payload: Uint8Array.from({ length: random.below(160) }, () => random.below(256)),
    }));
    const promise = BigInt(random.below(4));
    const whole = random.once(4)
      ? fieldChunk(promise, fields[0] ?? { type: 1, payload: text('x') })
      : eventChunk({ promise, head: { chunks: random.once(8) ? 1 : 0, missing: random.below(64) }, fields });
    const chunk = random.once(3) ? whole : mutate(whole, random);
    const { bytes, view } = memoryOf(chunk);
    assembler.chunk(bytes, view, 0, chunk.length);
    if (random.once(10)) assembler.abandon();
  }
  expect(events).toBeGreaterThan(1000);
  expect(assembler.counts.malformed).toBeGreaterThan(100);
});
