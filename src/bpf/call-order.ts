import { POLICY_AT, PROG_AT, SIZE } from '../abi/abi.ts';
import { ascii } from '../audit/write/byte-writer.ts';
import { allSlots, slotLabelAt } from './slots.ts';

/**
 * Entry of `bpf_audit_policies` that is no policy: there `turn` counts changes of what is attached, odd while one
 * goes on, and `straddled` is when the last one was over, in nanoseconds since boot.
 */
const CHANGES = 0;

/** Tells readers in other processes that what is attached changes. */
export class ChangeMark implements Disposable {
  readonly #words: BigUint64Array;
  readonly #nowNs: () => number;

  /**
   * @param policies - `bpf_audit_policies`, mapped
   * @param nowNs - nanoseconds since boot
   */
  constructor(policies: DataView, nowNs: () => number) {
    this.#words = wordsOf(policies);
    this.#nowNs = nowNs;
    const count = Atomics.load(this.#words, 0);
    Atomics.store(this.#words, 0, count + (count % 2n === 0n ? 1n : 2n));
  }

  [Symbol.dispose](): void {
    Atomics.store(this.#words, POLICY_AT.straddled >> 3, BigInt(this.#nowNs()));
    Atomics.store(this.#words, 0, Atomics.load(this.#words, 0) + 1n);
  }
}

/** The policies behind a program that denied. */
export interface Unasked {
  readonly policies: readonly string[];
  /** ` unasked="b,c"` */
  readonly text: Uint8Array;
}

/**
 * Who was not asked: the kernel ends a call with the first program of a hook that denies it, and the policies
 * behind never see it. Known from the order in which they were attached.
 */
export class CallOrder {
  readonly #slots: DataView;
  readonly #changes: BigUint64Array;
  #seen = -1n;
  #validFromNs = 0;
  #behind: ReadonlyMap<number, Unasked> = new Map();

  /**
   * @param slots - `bpf_audit_progs`, mapped
   * @param policies - `bpf_audit_policies`, mapped
   */
  constructor(slots: DataView, policies: DataView) {
    this.#slots = slots;
    this.#changes = wordsOf(policies);
  }

  /**
   * The policies behind a program that denied.
   *
   * @param atNs - when, in nanoseconds since boot
   * @returns undefined if there are none, or if that is not known, since what is attached has changed since
   */
  unasked(progId: number, atNs: number): Unasked | undefined {
    const count = Atomics.load(this.#changes, 0);
    if (count !== this.#seen) this.#look(count);
    return atNs >= this.#validFromNs ? this.#behind.get(progId) : undefined;
  }

  #look(count: bigint): void {
    this.#seen = count;
    this.#validFromNs = Infinity;
    if (count % 2n !== 0n) return;
    const behind = policiesBehind(this.#slots);
    // a change meanwhile: the next record looks again
    if (Atomics.load(this.#changes, 0) !== count) return;
    this.#behind = behind;
    this.#validFromNs = Number(Atomics.load(this.#changes, POLICY_AT.straddled >> 3));
  }
}

interface OnHook {
  readonly progId: number;
  readonly policy: string;
  readonly hook: number;
  readonly sequence: number;
}

/** By the id of a program: the policies behind it on its hook. */
function policiesBehind(slots: DataView): ReadonlyMap<number, Unasked> {
  const attached: OnHook[] = [];
  for (const { slot, progId } of allSlots(slots)) {
    const at = slot * SIZE.prog;
    const label = slotLabelAt(slots, at);
    if (label === undefined || label.hookId === 0) continue;
    const sequence = slots.getUint32(at + PROG_AT.self_map, true);
    attached.push({ progId, policy: label.policy, hook: label.hookId, sequence });
  }
  attached.sort((a, b) => b.sequence - a.sequence);
  return new Map(
    attached.flatMap(({ progId, policy, hook, sequence }) => {
      const later = attached.filter((one) => one.hook === hook && one.sequence < sequence);
      const policies = [...new Set(later.map((one) => one.policy).filter((name) => name !== policy))];
      if (policies.length === 0) return [];
      return [[progId, { policies, text: ascii(` unasked="${policies.join(',')}"`) }] as const];
    }),
  );
}

function wordsOf(policies: DataView): BigUint64Array {
  const { buffer, byteOffset, byteLength } = policies;
  return new BigUint64Array(buffer, byteOffset + CHANGES * SIZE.policy, byteLength >> 3);
}
