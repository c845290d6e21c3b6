import type { PolicyMode } from './manifest.ts';

/** One program of a generation that is attached. */
export interface RecordedProgram {
  readonly name: string;
  readonly hook: string;
  /** `lsm` or `lsm.s` */
  readonly kind: string;
  /** Declared with `BPF_AUDIT_POLICY()`. */
  readonly gated: boolean;
  readonly id: number;
  /** Hash of the instructions, 16 hex digits. */
  readonly tag: string;
}

/** One generation of a policy, as it was attached: what the pins cannot say. */
export interface PolicyRecord {
  readonly name: string;
  readonly version: string | undefined;
  readonly author: string | undefined;
  readonly description: string | undefined;
  readonly mode: PolicyMode;
  readonly order: number;
  /** From 1; each upgrade makes another. */
  readonly generation: number;
  /** Index in `bpf_audit_policies`. */
  readonly index: number;
  /** Where it was loaded from. */
  readonly source: string;
  /** File name of the object. */
  readonly object: string;
  /** SHA-256 of the object, in hex. */
  readonly sha256: string;
  /** When it was attached, in nanoseconds since boot: of a hook, what was attached last runs first. */
  readonly attachedNs: number;
  readonly programs: readonly RecordedProgram[];
  /** Names of its own maps, pinned beside the links. */
  readonly maps: readonly string[];
}
