import { expect, test } from 'vitest';
import { CONTEXT, FIELD } from '../../../src/abi/abi.ts';
import type { FormattableEvent } from '../../../src/daemon/event-format.ts';
import { RecordFilter } from '../../../src/daemon/rules/record-filter.ts';
import type { BpfRule } from '../../../src/rules/bpf/bpf-rule.ts';
import { parseRule } from '../../../src/rules/parse-rule.ts';
import { isBpfRule } from '../../../src/rules/rule.ts';
import { ringEvent } from '../../helpers/ring-event.ts';

class Source {
  epoch = 0;
  rules: readonly BpfRule[] = [];

  set(...lines: readonly string[]): void {
    this.epoch++;
    this.rules = lines.map((line) => parseRule(line, { file: 'test', line: 1 })).filter(isBpfRule);
  }

  read(): readonly BpfRule[] {
    return this.rules;
  }
}

function event(cause: string, context: number = 0): FormattableEvent {
  const bytes = ringEvent({
    numbers: { uid: 0, context },
    fields: [{ type: FIELD.CAUSE, payload: Buffer.from(cause) }],
  });
  const view = new DataView(bytes.buffer);
  const id = { seconds: 0, milliseconds: 0, serial: 1 };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- programs is not asked here
  return { bytes, view, at: 0, more: [], progId: 7, from: 0, id } as unknown as FormattableEvent;
}

function filterOf(source: Source): RecordFilter {
  return new RecordFilter({
    source,
    programOf: () => ({ policy: 'egress', prog: 'guard', progId: 7, hook: 'file_open' }),
    identify: () => undefined,
    cgroupPath: () => undefined,
    clock: () => 1000,
  });
}

test('a change of the rules counts for the next record', () => {
  const source = new Source();
  const filter = filterOf(source);
  expect(filter.keeps(event('x'))).toBe(true);
  source.set('-a never,bpf -F cause=x -F policy=egress');
  expect([filter.keeps(event('x')), filter.keeps(event('y'))]).toEqual([false, true]);
  source.set();
  expect(filter.keeps(event('x'))).toBe(true);
  expect(filter.counts).toEqual({ filtered: 1, excluded: 0 });
});

test('what the kernel has decided to keep is not asked about again', () => {
  const source = new Source();
  source.set('-a always,bpf -F uid=0 -F limit=1/60s', '-a never,bpf');
  const filter = filterOf(source);
  const decided = [1, 2, 3].map(() => filter.keeps(event('x', CONTEXT.DECIDED)));
  expect(decided).toEqual([true, true, true]);
});

test('a limit holds back what is too much', () => {
  const source = new Source();
  source.set('-a always,bpf -F cause=x -F limit=2/60s -k two');
  const filter = filterOf(source);
  expect([1, 2, 3, 4].map(() => filter.keeps(event('x')))).toEqual([true, true, false, false]);
  expect(filter.takeSuppressed()).toEqual([
    { keys: ['two'], per: 'key', object: 0n, device: 0, records: 2, seconds: 0 },
  ]);
});

test("audit's own exclude rules silence records, whatever the list bpf says", () => {
  const source = new Source();
  source.set('-a always,bpf');
  const filter = filterOf(source);
  const exclude = parseRule('-a always,exclude -F msgtype=1427', { file: 'test', line: 1 });
  if (isBpfRule(exclude)) throw new Error('a rule of the kernel was wanted');
  filter.exclude([exclude]);
  expect(filter.keeps(event('x', CONTEXT.DECIDED))).toBe(false);
  filter.exclude([]);
  expect(filter.keeps(event('x'))).toBe(true);
  expect(filter.counts).toEqual({ filtered: 0, excluded: 1 });
});

test("audit's own exclude rules silence records of other types, too", () => {
  const filter = filterOf(new Source());
  const decision = event('x');
  expect(filter.silences(1300, decision)).toBe(false);
  const exclude = parseRule('-a always,exclude -F msgtype=SYSCALL -F uid=0', { file: 'test', line: 1 });
  if (isBpfRule(exclude)) throw new Error('a rule of the kernel was wanted');
  filter.exclude([exclude]);
  expect([1300, 1307, 1427].map((type) => filter.silences(type, decision))).toEqual([true, false, false]);
  expect(filter.keeps(decision)).toBe(true);
  filter.exclude([]);
  expect(filter.silences(1300, decision)).toBe(false);
});
