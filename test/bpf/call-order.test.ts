import { expect, test } from 'vitest';
import { POLICIES, POLICY_AT, PROG_AT, SIZE } from '../../src/abi/abi.ts';
import { CallOrder, ChangeMark, type Unasked } from '../../src/bpf/call-order.ts';
import { giveSlotBack, SLOTS, takeSlot } from '../../src/bpf/slots.ts';
import { Turns } from '../../src/bpf/turns.ts';

const memory = (size: number): DataView => new DataView(new ArrayBuffer(size));
const slots = (): DataView => memory(SLOTS * SIZE.prog);
const policies = (): DataView => memory(POLICIES * SIZE.policy);

function put(
  view: DataView,
  slot: number,
  program: { id: number; policy: string; hook: number; sequence: number },
): void {
  const at = slot * SIZE.prog;
  view.setUint32(at + PROG_AT.prog_id, program.id, true);
  view.setUint32(at + PROG_AT.site, program.hook, true);
  view.setUint32(at + PROG_AT.self_map, program.sequence, true);
  Buffer.from(program.policy).forEach((byte, i) => view.setUint8(at + PROG_AT.name + i, byte));
}

const text = (unasked: Unasked | undefined): string | undefined =>
  unasked && Buffer.from(unasked.text).toString();

function three(): DataView {
  const view = slots();
  put(view, 1, { id: 11, policy: 'last', hook: 5, sequence: 1 });
  put(view, 2, { id: 12, policy: 'middle', hook: 5, sequence: 2 });
  put(view, 3, { id: 13, policy: 'first', hook: 5, sequence: 3 });
  put(view, 4, { id: 14, policy: 'elsewhere', hook: 6, sequence: 4 });
  return view;
}

test('what was attached before on the same hook is not asked, in the order in which it would run', () => {
  const order = new CallOrder(three(), policies());
  expect([11, 12, 13, 14].map((id) => text(order.unasked(id, 100)))).toEqual([
    undefined,
    ' unasked="last"',
    ' unasked="middle,last"',
    undefined,
  ]);
});

test('what could not be attached, and gave its slot back, is behind nobody', () => {
  const view = three();
  const slot = takeSlot(view, 15, {
    policy: 'never',
    version: undefined,
    generation: 1,
    mode: 0,
    hookId: 5,
    follower: false,
  });
  put(view, 6, { id: 16, policy: 'late', hook: 5, sequence: 6 });
  giveSlotBack(view, slot);
  expect(text(new CallOrder(view, policies()).unasked(16, 100))).toBe(' unasked="first,middle,last"');
});

test('another program of the same policy, or one that is detached, is not named', () => {
  const view = three();
  put(view, 5, { id: 15, policy: 'first', hook: 5, sequence: 0 });
  put(view, 1, { id: 11, policy: 'last', hook: 0, sequence: 1 });
  expect(text(new CallOrder(view, policies()).unasked(13, 100))).toBe(' unasked="middle"');
});

test('during a change, and for what was before it, nothing is said', () => {
  const words = policies();
  const order = new CallOrder(three(), words);
  expect(text(order.unasked(12, 100))).toBe(' unasked="last"');
  {
    using _change = new ChangeMark(words, () => 200);
    expect(order.unasked(12, 150)).toBeUndefined();
  }
  expect(order.unasked(12, 150)).toBeUndefined();
  expect(text(order.unasked(12, 200))).toBe(' unasked="last"');
});

test('a change that was cut off is ended by the next one', () => {
  const words = policies();
  const cutOff = new ChangeMark(words, () => 1);
  void cutOff;
  const order = new CallOrder(three(), words);
  expect(order.unasked(12, 500)).toBeUndefined();
  {
    using _change = new ChangeMark(words, () => 300);
  }
  expect(text(order.unasked(12, 500))).toBe(' unasked="last"');
});

test('turns are one number each', () => {
  const view = policies();
  const turns = new Turns(view);
  turns.set(3, { generation: 7, settling: true });
  expect(view.getBigUint64(3 * SIZE.policy + POLICY_AT.turn, true)).toBe(15n);
  expect(turns.of(3)).toEqual({ generation: 7, settling: true });
  expect(turns.of(4)).toEqual({ generation: 0, settling: false });
});
