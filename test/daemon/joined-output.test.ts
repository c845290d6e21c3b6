import { describe, expect, test } from 'vitest';
import { ABI_VERSION, CHUNK, CONTEXT, EVENT_AT, EXIT_AT, FIELD, SIZE, STAMP_AT } from '../../src/abi/abi.ts';
import { ByteWriter } from '../../src/audit/write/byte-writer.ts';
import type { ProgramDirectory } from '../../src/bpf/program-directory.ts';
import { auditLines, joinedJson } from '../../src/daemon/joined-format.ts';
import { JoinedOutput } from '../../src/daemon/joined-output.ts';
import { OwnSerials } from '../../src/events/event-id.ts';
import { RecordBatch } from '../../src/netlink/record-batch.ts';
import { Random } from '../helpers/random.ts';
import { pathPayload, ringEvent } from '../helpers/ring-event.ts';

const ID = { seconds: 1_795_151_761, milliseconds: 7, serial: 17 };
const KERNEL = CONTEXT.PRESENT | CONTEXT.SYSCALL;

/** Nothing is known about any program. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the formats call nothing else
const programs = {
  byId: () => undefined,
  policyOf: () => undefined,
  unasked: () => undefined,
} as unknown as ProgramDirectory;

/** A batch as netlink delivers it: type and text of each record. */
function batch(...records: readonly (readonly [number, string])[]): RecordBatch {
  const made = new RecordBatch(
    Buffer.from(records.map(([, text]) => text).join(''), 'latin1'),
    records.length,
  );
  let at = 0;
  for (const [type, text] of records) {
    made.push(type, at, at + text.length);
    at += text.length;
  }
  return made;
}

function note(kind: number, event: number, fill: (view: DataView) => void): [number, DataView, number] {
  const view = new DataView(new ArrayBuffer(SIZE.stamp));
  view.setUint16(EVENT_AT.abi, ABI_VERSION, true);
  view.setBigUint64(STAMP_AT.event, BigInt(event), true);
  fill(view);
  return [kind, view, 0];
}

const stamp = (event: number, serial: number): [number, DataView, number] =>
  note(CHUNK.STAMP, event, (view) => view.setUint32(STAMP_AT.serial, serial, true));

const exit = (event: number, code: bigint, serial: number): [number, DataView, number] =>
  note(CHUNK.EXIT, event, (view) => {
    view.setBigInt64(EXIT_AT.exit, code, true);
    view.setUint32(EXIT_AT.success, code < 0n ? 0 : 1, true);
    view.setUint32(EXIT_AT.serial, serial, true);
  });

/** An output with a clock of its own; `text` takes what it has written. */
function stage(
  options: { json?: boolean; writeAll?: boolean; backlog?: RecordBatch[]; silent?: readonly number[] } = {},
): {
  readonly output: JoinedOutput;
  readonly clock: { now: number };
  readonly text: () => string;
  readonly decide: (event: number, context?: number, serial?: number) => void;
} {
  const out = new ByteWriter();
  const clock = { now: 0 };
  const backlog = options.backlog ?? [];
  const output: JoinedOutput = new JoinedOutput({
    out,
    format: options.json === true ? joinedJson : auditLines,
    programs,
    serials: new OwnSerials(0, () => {}),
    clock: () => clock.now,
    expectRecords: true,
    position: (from) => from,
    catchUp: () => {
      const next = backlog.shift();
      if (next) output.records(next);
      return next !== undefined;
    },
    writeAll: options.writeAll ?? false,
    ...(options.silent && { silences: (type) => options.silent?.includes(type) === true }),
  });
  return {
    output,
    clock,
    text: () => {
      const text = Buffer.from(out.view).toString('latin1');
      out.reset();
      return text;
    },
    decide: (event, context = KERNEL, serial = 0) => {
      const fields = [{ type: FIELD.CAUSE, payload: Buffer.from('secret') }];
      const bytes = ringEvent({
        numbers: { promise: event, event, context, tgid: 151, prog_id: 5, arch: 0xc000003e, syscall: 257 },
        fields: [...fields, { type: FIELD.CWD, payload: pathPayload('/') }],
      });
      const view = new DataView(bytes.buffer);
      output.event({ bytes, view, at: 0, more: [], progId: 5, from: event, id: { ...ID, serial }, programs });
    },
  };
}

describe('joined output', () => {
  test('writes the decision first, then the records of the kernel', () => {
    const { output, text, decide } = stage();
    decide(1);
    output.note(...stamp(1, 17));
    output.records(
      batch(
        [1300, 'audit(1795151761.007:17): arch=c000003e syscall=257 '],
        [1300, 'audit(1795151761.007:16): of somebody else'],
        [1327, 'audit(1795151761.007:17): proctitle="cat"'],
        [1320, 'audit(1795151761.007:17): '],
      ),
    );
    expect(text()).toBe(
      [
        'type=UNKNOWN[1427] msg=audit(1795151761.007:17): prog-id=5 pid=151 comm="cat" cause="secret"',
        'type=SYSCALL msg=audit(1795151761.007:17): arch=c000003e syscall=257',
        'type=PROCTITLE msg=audit(1795151761.007:17): proctitle="cat"\n',
      ].join('\n'),
    );
    expect(output.counts).toMatchObject({ joined: 1, late: 0, otherRecords: 1 });
  });

  test('keeps records whose batch is overwritten by the next', () => {
    const { output, text, decide } = stage();
    decide(1);
    output.note(...stamp(1, 17));
    const first = batch([1300, 'audit(1795151761.007:17): arch=c000003e']);
    output.records(first);
    first.bytes.fill(0x21);
    output.records(batch([1320, 'audit(1795151761.007:17): ']));
    expect(text()).toContain('type=SYSCALL msg=audit(1795151761.007:17): arch=c000003e\n');
  });

  test('writes what BPF captured where the kernel says nothing, under an id of our own', () => {
    const { output, text, decide } = stage();
    decide(1, KERNEL | CONTEXT.DUMMY);
    output.note(...exit(1, -1n, 0));
    const lines = text().trimEnd().split('\n');
    expect(lines.map((one) => one.split(' ', 2).join(' '))).toEqual(
      ['UNKNOWN[1427]', 'SYSCALL', 'CWD'].map((type) => `type=${type} msg=audit(1795151761.007:2147483649):`),
    );
    expect(lines[1]).toContain(' success=no exit=-1 ');
  });

  test('tells what the first records said that went with a reader that was killed', () => {
    const { output, text, decide } = stage();
    decide(1);
    output.note(...stamp(1, 17));
    output.records(
      batch([1307, 'audit(1795151761.007:17): cwd="/kernel"'], [1320, 'audit(1795151761.007:17): ']),
    );
    const lines = text().trimEnd().split('\n');
    expect(lines.map((one) => one.split(' ', 1)[0])).toEqual([
      'type=UNKNOWN[1427]',
      'type=SYSCALL',
      'type=CWD',
    ]);
    expect(lines[0]).toMatch(/ join=partial$/);
    expect(lines[1]).toMatch(/ origin=bpf$/);
    expect(lines[2]).toBe('type=CWD msg=audit(1795151761.007:17): cwd="/kernel"');
  });

  test('a first record that rules silence is not missing, and is not told in its place', () => {
    const { output, text, decide } = stage({ silent: [1300] });
    decide(1);
    output.note(...stamp(1, 17));
    output.records(
      batch([1307, 'audit(1795151761.007:17): cwd="/kernel"'], [1320, 'audit(1795151761.007:17): ']),
    );
    decide(2, KERNEL | CONTEXT.DUMMY);
    output.note(...exit(2, -1n, 0));
    const lines = text().trimEnd().split('\n');
    expect(lines.map((one) => one.split(' ', 1)[0])).toEqual(
      ['UNKNOWN[1427]', 'CWD', 'UNKNOWN[1427]', 'CWD'].map((type) => `type=${type}`),
    );
    expect(lines[0]).not.toContain('join=');
  });

  test('marks what the kernel should have written and did not', () => {
    const { output, clock, text, decide } = stage();
    decide(1);
    output.note(...stamp(1, 17));
    clock.now = 2000;
    expect(output.tick()).toBeUndefined();
    expect(text().split('\n')[0]).toMatch(/:17\): prog-id=5 .* join=timeout$/);
    output.records(batch([1300, 'audit(1795151761.007:17): late']));
    expect(text()).toBe('type=SYSCALL msg=audit(1795151761.007:17): late\n');
    expect(output.counts).toMatchObject({ timeouts: 1, late: 1 });
  });

  test('reads what has arrived before it blames the kernel', () => {
    const backlog = [
      batch([1300, 'audit(1795151761.007:17): arch=c000003e']),
      batch([1327, 'audit(1795151761.007:17): proctitle="cat"']),
    ];
    const { output, clock, decide } = stage({ backlog });
    decide(1);
    output.note(...stamp(1, 17));
    clock.now = 60_000;
    output.tick();
    expect(output.counts).toMatchObject({ joined: 1, timeouts: 0 });
  });

  test('says in how many milliseconds to come again', () => {
    const { output, clock, decide } = stage();
    expect(output.tick()).toBeUndefined();
    decide(1);
    clock.now = 500;
    expect(output.tick()).toBe(1500);
  });

  test('in the place of auditd it writes the other records too', () => {
    const { output, text } = stage({ writeAll: true });
    output.records(
      batch([1334, 'audit(1795151761.007:16): prog-id=5 op=LOAD'], [1320, 'audit(1795151761.007:16): ']),
    );
    expect(text()).toBe('type=BPF msg=audit(1795151761.007:16): prog-id=5 op=LOAD\n');
  });

  test('JSON is one object a line, whatever the line is about', () => {
    const { output, text, decide } = stage({ json: true, writeAll: true });
    output.records(batch([1334, 'audit(1795151761.007:16): prog-id=5 op=LOAD\n']));
    decide(1);
    output.note(...stamp(1, 17));
    output.note(...exit(1, -1n, 17));
    output.records(
      batch([1300, 'audit(1795151761.007:17): arch=c000003e'], [1320, 'audit(1795151761.007:17): ']),
    );
    const [other, event] = text()
      .trimEnd()
      .split('\n')
      .map((one): unknown => JSON.parse(one));
    expect(other).toEqual({
      time: '1795151761.007',
      serial: 16,
      records: [{ type: 'BPF', text: 'prog-id=5 op=LOAD' }],
    });
    expect(event).toMatchObject({
      serial: 17,
      join: 'joined',
      success: false,
      exit: -1,
      decisions: [{ pid: 151, cause: 'secret' }],
      records: [{ type: 'SYSCALL', text: 'arch=c000003e' }],
    });
  });

  test('whatever comes in whatever order, every decision leaves once and nothing throws', () => {
    const random = new Random(1320);
    for (let round = 0; round < 60; round++) {
      const { output, clock, text, decide } = stage({ writeAll: random.once(2) });
      let decided = 0;
      for (let step = 0; step < 400; step++) {
        const event = 1 + random.below(20);
        const serial = random.pick([0, event, event + 100, 0xffffffff, random.below(130)]);
        const what = random.below(6);
        if (what === 0) {
          decide(
            random.once(8) ? 0 : event,
            random.pick([0, 1, 3, 4, 8, KERNEL, KERNEL | CONTEXT.DUMMY]),
            serial,
          );
          decided++;
        } else if (what === 1) output.note(...stamp(event, serial));
        else if (what === 2) output.note(...exit(event, BigInt(random.below(3)) - 1n, serial));
        else if (what === 3) {
          clock.now += random.below(1500);
          output.tick();
        } else {
          const start = random.pick([
            `audit(1795151761.007:${serial}): `,
            'audit(',
            '',
            `audit(1.1:${serial}):`,
          ]);
          output.records(batch([random.pick([1300, 1302, 1320, 1327, 1427]), `${start}x\n\0y`]));
        }
      }
      output.end();
      const lines = text().trimEnd().split('\n');
      const bad = lines.filter(
        (one) => !/^type=[\w[\]]+ msg=audit\(\d+\.\d{3}:\d+\): [\x20-\x7e]*$/.test(one),
      );
      expect(bad).toEqual([]);
      expect(lines.filter((one) => one.includes('cause="secret"'))).toHaveLength(decided);
      expect(output.waiting).toBe(0);
      expect(output.oldest(0)).toBeUndefined();
    }
  });
});
