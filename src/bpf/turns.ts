import { POLICY_AT, SIZE } from '../abi/abi.ts';

/** Whose turn it is in a policy. */
export interface Turn {
  /** 0: nobody's, its programs let everything pass. */
  readonly generation: number;
  /** The generation before can still be attached: see bpf_audit/policy.bpf.h. */
  readonly settling: boolean;
}

/** The numbers that switch generations, in memory shared with the kernel. */
export class Turns {
  readonly #words: BigUint64Array;

  /** @param policies - `bpf_audit_policies`, mapped */
  constructor(policies: DataView) {
    const { buffer, byteOffset, byteLength } = policies;
    this.#words = new BigUint64Array(buffer, byteOffset, byteLength >> 3);
  }

  /** Whose turn it is. */
  of(index: number): Turn {
    const turn = Atomics.load(this.#words, this.#at(index, POLICY_AT.turn));
    return { generation: Number(turn >> 1n), settling: (turn & 1n) === 1n };
  }

  /** Switches, with one write. */
  set(index: number, { generation, settling }: Turn): void {
    const turn = (BigInt(generation) << 1n) | (settling ? 1n : 0n);
    Atomics.store(this.#words, this.#at(index, POLICY_AT.turn), turn);
  }

  /** Calls that a flip found between two programs, so that the old one decided. */
  straddled(index: number): number {
    return Number(Atomics.load(this.#words, this.#at(index, POLICY_AT.straddled)));
  }

  /** Calls since the last flip that were let pass, and no note could be left: they may have been decided twice. */
  unnoted(index: number): number {
    return Number(Atomics.load(this.#words, this.#at(index, POLICY_AT.unnoted)));
  }

  /** Begins to count them anew. */
  forgetUnnoted(index: number): void {
    Atomics.store(this.#words, this.#at(index, POLICY_AT.unnoted), 0n);
  }

  #at(index: number, member: number): number {
    return (index * SIZE.policy + member) >> 3;
  }
}
