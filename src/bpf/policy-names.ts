import { ascii } from '../audit/write/byte-writer.ts';
import { hookOfType } from './kernel-btf.ts';
import { slotLabel, type PlacedLabel, type SlotLabel } from './slots.ts';

/** Which policy a program belongs to. */
export interface PolicyName extends SlotLabel {
  /** LSM hook that the program is attached to; undefined if nobody asked before it was detached. */
  readonly hook: string | undefined;
  /** ` policy="guard" policy-version="1.2.0" lsm-hook=file_open`, as a record has it. */
  readonly text: Uint8Array;
}

const RECENT = 64;
const NOBODY = -1;

/**
 * Policies by the id of a program, for programs that `bpfaudit policy` loaded. What was once read from the slot
 * is kept, since the slot can be another program's when the last records of the first one are read.
 */
export class PolicyNames {
  readonly #slots: DataView | undefined;
  readonly #hookName: (typeId: number) => string | undefined;
  readonly #names = new Map<number, PolicyName | undefined>();
  /** The programs that were asked for last, by the lower bits of their ids: spares most look-ups. */
  readonly #recentIds = new Int32Array(RECENT).fill(NOBODY);
  readonly #recent: (PolicyName | undefined)[] = Array.from({ length: RECENT }, () => undefined);

  /**
   * @param slots - `bpf_audit_progs`, mapped
   * @param hookName - a hook by its type id; @default as the running kernel calls it
   */
  constructor(slots: DataView | undefined, hookName: (typeId: number) => string | undefined = hookOfType) {
    this.#slots = slots;
    this.#hookName = hookName;
  }

  /** The policy of a program that has logged; nothing if it was loaded in another way. */
  of(progId: number): PolicyName | undefined {
    const place = progId & (RECENT - 1);
    if (this.#recentIds[place] === progId) return this.#recent[place];
    const name = this.#names.has(progId) ? this.#names.get(progId) : this.#read(progId);
    this.#recentIds[place] = progId;
    this.#recent[place] = name;
    return name;
  }

  /** The same for a program that may not be attached yet: it has its slot only then. */
  ofLoaded(progId: number): PolicyName | undefined {
    if (this.#names.get(progId) === undefined) this.#names.delete(progId);
    this.#recentIds[progId & (RECENT - 1)] = NOBODY;
    const name = this.#names.get(progId) ?? this.#read(progId);
    if (name === undefined) this.#names.delete(progId);
    return name;
  }

  #read(progId: number): PolicyName | undefined {
    const label = progId === 0 || !this.#slots ? undefined : slotLabel(this.#slots, progId);
    const name = label && this.#describe(label);
    this.#names.set(progId, name);
    return name;
  }

  #describe(label: PlacedLabel): PolicyName {
    const hook = label.hookId === 0 ? undefined : this.#hookName(label.hookId);
    return { ...label, hook, text: textOf(label, hook) };
  }
}

/** Names and versions are checked when a manifest is read; what does not look like one is not repeated. */
const HARMLESS = /^[A-Za-z0-9.+_~-]+$/;

/** `lsm-hook` as in records of type BPF, since stock ausearch takes `hook` for one of netfilter. */
function textOf({ policy, version }: SlotLabel, hook: string | undefined): Uint8Array {
  const ofVersion = version === undefined ? '' : ` policy-version=${quoted(version)}`;
  const ofHook = hook === undefined ? '' : ` lsm-hook=${hook}`;
  return ascii(` policy=${quoted(policy)}${ofVersion}${ofHook}`);
}

function quoted(text: string): string {
  return `"${HARMLESS.test(text) ? text : '?'}"`;
}
