import { describe, expect, test } from 'vitest';
import { STATE_AT } from '../../src/abi/abi.ts';
import { LogProgress } from '../../src/daemon/log-progress.ts';
import { wordsFor, WrittenNotes } from '../../src/daemon/written-notes.ts';

const RING = 4096;

/** Shared memory, and a reader that begins with it. */
function memory(): { state: DataView; words: Uint32Array; reader: () => LogProgress } {
  const state = new DataView(new ArrayBuffer(64));
  const words = new Uint32Array(wordsFor(RING));
  return { state, words, reader: () => new LogProgress(state, new WrittenNotes(words, RING)) };
}

describe('what is in the log', () => {
  test('an event of this lap, not one of another lap at the same place', () => {
    const notes = new WrittenNotes(new Uint32Array(wordsFor(RING)), RING);
    expect(notes.has(0)).toBe(false);
    notes.commit([0, 776, RING + 1552]);
    expect([0, 776, RING + 1552].map((position) => notes.has(position))).toEqual([true, true, true]);
    expect([RING, RING + 776, 1552, 2328].some((position) => notes.has(position))).toBe(false);
  });

  test('the smallest events that lie side by side are told apart at every place', () => {
    const notes = new WrittenNotes(new Uint32Array(wordsFor(RING)), RING);
    const positions = Array.from({ length: 5 }, (_, i) => 7 * RING + 8 + i * 776);
    for (const [i, position] of positions.entries()) {
      notes.commit([position]);
      expect(positions.map((other) => notes.has(other))).toEqual(positions.map((_, other) => other <= i));
    }
  });
});

describe('the reader after a kill', () => {
  test('leaves out what is in the log already', () => {
    const { reader } = memory();
    const killed = reader();
    killed.wrote([100, 2000, 3000]);
    killed.begin(1000, 0);
    killed.commit();
    const next = reader();
    next.recover(false);
    expect([2000, 3000].map((position) => next.isWritten(position))).toEqual([true, true]);
    // Before the end of the batch the ring was released: nobody will find it there.
    expect(next.isWritten(100)).toBe(false);
    expect(next.isWritten(1000)).toBe(false);
  });

  test.each([true, false])('killed while it wrote: the log says %s', (isWritten) => {
    const { reader } = memory();
    const killed = reader();
    killed.wrote([2000]);
    killed.begin(0, 3);
    const next = reader();
    next.recover(isWritten);
    expect(next.isWritten(2000)).toBe(isWritten);
    expect(next.goneWhenKilled).toBe(isWritten ? 3 : 0);
    const third = reader();
    third.recover(true);
    expect(third.isWritten(2000)).toBe(isWritten);
  });

  test('tells what is gone once: until its first batch is in the log', () => {
    const { reader, state } = memory();
    const killed = reader();
    killed.begin(0, 5);
    killed.commit();
    const next = reader();
    next.recover(false);
    expect(next.goneWhenKilled).toBe(5);
    next.begin(0, 0);
    const again = reader();
    again.recover(false);
    expect(again.goneWhenKilled).toBe(5);
    again.begin(0, 0);
    again.commit();
    expect(state.getUint32(STATE_AT.exposed, true)).toBe(0);
  });

  test('knows where the kernel’s serials were, once the batch is in the log', () => {
    const { reader } = memory();
    const killed = reader();
    killed.kernelSerial = 0xfffffff0;
    killed.begin(0, 0);
    expect(reader().kernelSerial).toBe(0);
    killed.commit();
    expect(reader().kernelSerial).toBe(0xfffffff0);
  });
});
