import { ascii } from '../audit/write/byte-writer.ts';
import { slotLabel, type SlotLabel } from './slots.ts';

/** Which policy a program belongs to. */
export interface PolicyName extends SlotLabel {
  /** ` policy="guard" policy-version="1.2.0"`, as a record has it. */
  readonly text: Uint8Array;
}

/**
 * Policies by the id of a program, for programs that `bpfaudit policy` loaded. What was once read from the slot
 * is kept, since the slot can be another program's when the last records of the first one are read.
 */
export class PolicyNames {
  readonly #slots: DataView | undefined;
  readonly #names = new Map<number, PolicyName | undefined>();
  /** Records come in bursts of the same program. */
  #lastId = 0;
  #last: PolicyName | undefined;

  /** @param slots - `bpf_audit_progs`, mapped */
  constructor(slots: DataView | undefined) {
    this.#slots = slots;
  }

  /** The policy of a program that has logged; nothing if it was loaded in another way. */
  of(progId: number): PolicyName | undefined {
    if (progId === this.#lastId) return this.#last;
    this.#last = this.#names.has(progId) ? this.#names.get(progId) : this.#read(progId);
    this.#lastId = progId;
    return this.#last;
  }

  /** The same for a program that may not be attached yet: it has its slot only then. */
  ofLoaded(progId: number): PolicyName | undefined {
    if (this.#names.get(progId) === undefined) this.#names.delete(progId);
    if (progId === this.#lastId) this.#lastId = 0;
    const name = this.#names.get(progId) ?? this.#read(progId);
    if (name === undefined) this.#names.delete(progId);
    return name;
  }

  #read(progId: number): PolicyName | undefined {
    const label = progId === 0 || !this.#slots ? undefined : slotLabel(this.#slots, progId);
    const name = label && { ...label, text: textOf(label) };
    this.#names.set(progId, name);
    return name;
  }
}

/** Names and versions are checked when a manifest is read; what does not look like one is not repeated. */
const HARMLESS = /^[A-Za-z0-9.+_~-]+$/;

function textOf({ policy, version }: SlotLabel): Uint8Array {
  const tail = version === undefined ? '' : ` policy-version=${quoted(version)}`;
  return ascii(` policy=${quoted(policy)}${tail}`);
}

function quoted(text: string): string {
  return `"${HARMLESS.test(text) ? text : '?'}"`;
}
