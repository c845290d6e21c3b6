import { describe, expect, it } from 'vitest';
import { CONTEXT, EVENT_AT, FIELD, FORM, OBJECT, OBJECT_AT, SIZE } from '../../src/abi/abi.ts';
import { ByteWriter } from '../../src/audit/write/byte-writer.ts';
import { writeEventId } from '../../src/events/event-id.ts';
import { writeRecordBody } from '../../src/events/record-text.ts';
import { putUsualLine, usualMemory, usualRoom } from '../../src/events/usual-line.ts';

const CHUNK = 768;

interface Sample {
  progId: number;
  tgid: number;
  comm: readonly number[];
  cause: readonly number[] | undefined;
  path: readonly number[];
  sid: readonly number[];
  ino: number;
  verdict: number | undefined;
}

const USUAL: Sample = {
  progId: 76,
  tgid: 1234,
  comm: bytes('cat'),
  cause: bytes('secret'),
  path: bytes('/etc/shadow'),
  sid: bytes('vda1'),
  ino: 4711,
  verdict: undefined,
};
const ID = { seconds: 1795149460, milliseconds: 54, serial: 0x80000001 };

function bytes(text: string): number[] {
  return [...Buffer.from(text, 'latin1')];
}

/** The chunk that bpf_audit.h writes; what is not written is filled with what hurts most. */
function chunkOf(sample: Sample): DataView {
  const memory = new Uint8Array(CHUNK).fill(0x22);
  const view = new DataView(memory.buffer);
  memory.fill(0, 0, SIZE.event);
  view.setUint32(EVENT_AT.prog_id, sample.progId, true);
  view.setUint32(EVENT_AT.tgid, sample.tgid, true);
  memory.set(sample.comm, EVENT_AT.comm);
  view.setInt32(EVENT_AT.verdict, sample.verdict ?? 0, true);
  view.setUint32(EVENT_AT.context, sample.verdict === undefined ? 0 : CONTEXT.VERDICT, true);
  let next: number = SIZE.event;
  const field = (type: number, length: number): number => {
    view.setUint32(next, type, true);
    view.setUint32(next + 4, length, true);
    const payload = next + SIZE.field;
    next = payload + ((length + 7) & ~7);
    return payload;
  };
  if (sample.cause) memory.set(sample.cause, field(FIELD.CAUSE, sample.cause.length));
  const object = field(FIELD.FILE, SIZE.object + sample.path.length);
  view.setUint32(object + OBJECT_AT.ino, sample.ino, true);
  view.setUint32(object + OBJECT_AT.ino + 4, Math.floor(sample.ino / 2 ** 32), true);
  view.setUint16(object + OBJECT_AT.form, FORM.PLAIN, true);
  view.setUint16(object + OBJECT_AT.flags, OBJECT.INODE, true);
  memory.set([...sample.sid, 0], object + OBJECT_AT.sid);
  memory.set(sample.path, object + SIZE.object);
  view.setUint32(EVENT_AT.len, next, true);
  return view;
}

function general(view: DataView, progId: number, id = ID): string {
  const out = new ByteWriter();
  out.bytes(Buffer.from('type=UNKNOWN[1427] msg='));
  writeEventId(out, id);
  writeRecordBody(out, new Uint8Array(view.buffer), view, 0, [], progId);
  return `${Buffer.from(out.view).toString('latin1')}\n`;
}

function usual(view: DataView, progId: number, id = ID, from = 5): string | undefined {
  usualMemory.fill(0x7e, 0, 8192);
  const end = putUsualLine(from, view, 0, progId, id);
  expect(end).toBeLessThanOrEqual(from + usualRoom(view, 0));
  return end < 0 ? undefined : Buffer.from(usualMemory.subarray(from, end)).toString('latin1');
}

function expectSame(sample: Sample, id = ID): void {
  const view = chunkOf(sample);
  const expected = general(view, sample.progId, id);
  // twice: the second time parts of it are taken from what was kept
  expect(usual(view, sample.progId, id)).toBe(expected);
  expect(usual(view, sample.progId, id)).toBe(expected);
}

function expectOther(change: (view: DataView) => void, progId = 76): void {
  const view = chunkOf(USUAL);
  change(view);
  expect(usual(view, progId)).toBeUndefined();
}

/** What a quoted string must not hold, as audit_string_contains_control() says. */
function isHarmful(byte: number): boolean {
  return byte < 0x21 || byte === 0x22 || byte > 0x7e;
}

describe('the usual line', () => {
  it('is the line of audit.log', () => {
    expect(usual(chunkOf(USUAL), 76)).toBe(
      'type=UNKNOWN[1427] msg=audit(1795149460.054:2147483649): prog-id=76 pid=1234 comm="cat"' +
        ' cause="secret" path="/etc/shadow" dev="vda1" ino=4711\n',
    );
  });

  it('has every number as the general way writes it', () => {
    const edges = Array.from({ length: 10 }, (_, i) => 10 ** i).flatMap((n) => [n - 1, n, n + 1, 4 * n]);
    for (const edge of [...edges, 0x7fffffff, 0x80000000, 0xffffffff]) {
      if (edge > 0xffffffff) continue;
      expectSame({ ...USUAL, tgid: edge, ino: edge, progId: Math.max(1, edge) });
      expectSame({ ...USUAL, verdict: edge | 0 });
      expectSame(USUAL, { seconds: Math.min(edge, 0x7fffffff), milliseconds: edge % 1000, serial: edge });
    }
  });

  it('quotes or prints in hex, whatever byte stands wherever', () => {
    for (let length = 1; length <= 17; length++) {
      for (let at = 0; at < length; at++) {
        for (let byte = 1; byte < 256; byte++) {
          const path = Array.from({ length }, (_, i) => (i === at ? byte : 0x61 + i));
          const view = chunkOf({ ...USUAL, path });
          expect(usual(view, 76)).toBe(general(view, 76));
        }
      }
    }
  });

  it('misses no harmful byte whose sum spills into its neighbour', () => {
    const view = chunkOf({ ...USUAL, path: bytes('/12345678') });
    const path = new Uint8Array(view.buffer).lastIndexOf(0x2f);
    for (let first = 1; first < 256; first++) {
      for (let second = 1; second < 256; second++) {
        view.setUint8(path + 2, first);
        view.setUint8(path + 3, second);
        const end = putUsualLine(0, view, 0, 76, ID);
        const isQuoted = Buffer.from(usualMemory.subarray(0, end)).includes(' path="/');
        expect(isQuoted, `${first}, ${second}`).toBe(!isHarmful(first) && !isHarmful(second));
      }
    }
  });

  it('is the same for strings of all lengths and kinds', () => {
    let seed = 1;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return (seed >>> 8) % below;
    };
    const string = (longest: number, hostile: boolean): number[] =>
      Array.from({ length: random(longest + 1) }, () => (hostile ? 1 + random(255) : 0x21 + random(94)));
    for (let round = 0; round < 4000; round++) {
      expectSame({
        progId: 1 + random(9),
        tgid: random(50),
        comm: string(16, round % 3 === 0),
        cause: round % 5 === 0 ? undefined : string(31, round % 7 === 0),
        path: string(255, round % 4 === 0),
        sid: string(31, round % 11 === 0),
        ino: random(0xffffff) * random(256),
        verdict: round % 2 === 0 ? undefined : -random(134),
      });
    }
  });

  it('is not for any other event', () => {
    const object = SIZE.event + SIZE.field + 8 + SIZE.field;
    expectOther(() => {}, 0);
    expectOther((view) => view.setUint32(EVENT_AT.missing, 1 << FIELD.CAUSE, true));
    expectOther((view) => view.setUint8(SIZE.event, FIELD.KMOD));
    expectOther((view) => view.setUint16(object + OBJECT_AT.form, FORM.COMPONENTS, true));
    expectOther((view) => view.setUint16(object + OBJECT_AT.flags, 0, true));
    expectOther((view) => view.setUint32(object + OBJECT_AT.ino + 4, 1, true));
    expectOther((view) => view.setUint32(SIZE.event + 4, 0xffffffff, true));
  });
});
