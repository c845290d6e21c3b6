import { expect, test } from 'vitest';
import { marksBytes, WrittenMarks } from '../../src/daemon/written-marks.ts';

const RING = 65536;

/** A reader that marks two events and is killed in the middle; then the next one. */
function killed(isWritten: boolean): WrittenMarks {
  const memory = new Uint8Array(marksBytes(RING));
  new WrittenMarks(memory, RING).begin([776, 1552], 0);
  const next = new WrittenMarks(memory, RING);
  next.recover(isWritten);
  return next;
}

test('marks of a batch that is in the log hold, those of another do not', () => {
  expect([killed(true).isWritten(776), killed(true).isWritten(1552)]).toEqual([true, true]);
  expect([killed(false).isWritten(776), killed(false).isWritten(1552)]).toEqual([false, false]);
});

test('events before the end of the release need no mark', () => {
  const memory = new Uint8Array(marksBytes(RING));
  const marks = new WrittenMarks(memory, RING);
  marks.begin([-1, 776, 1552], 1552);
  marks.written();
  expect([776, 1552].map((at) => marks.isWritten(at))).toEqual([false, true]);
});

test('a mark is gone when the room is given back, the end of the ring included', () => {
  const memory = new Uint8Array(marksBytes(RING));
  const marks = new WrittenMarks(memory, RING);
  // the one between the third and the fourth waits
  const positions = [RING - 776, RING, RING + 776, RING + 2328];
  marks.begin(positions, 0);
  marks.written();
  marks.release(RING - 2000, RING + 1552);
  expect(positions.map((at) => marks.isWritten(at))).toEqual([false, false, false, true]);
});
