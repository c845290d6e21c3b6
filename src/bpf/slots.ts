import { BpfauditError } from '../errors/audit-error.ts';
import { FOLLOWER, NO_SUCCESSOR, PROG_AT, SIZE, type LossName } from '../abi/abi.ts';
import { programById } from './info.ts';

/** `BPF_AUDIT_SLOTS`; slot 0 is never given away. */
export const SLOTS = 1024;
/** `BPF_AUDIT_COOKIE_MAGIC` */
const COOKIE_MAGIC = 0xba0dn;

/** Counters of one program, as the header keeps them. */
export interface ProgramCounters {
  readonly progId: number;
  /** Records begun, lost ones included. */
  readonly begun: number;
  readonly lost: Readonly<Record<LossName, number>>;
  /** Verdicts below 0; in monitor mode what would have been denied. */
  readonly denials: number;
  /** Source line of the first `bpf_audit_log_start()` that ran, 0 if none did. */
  readonly line: number;
}

/** Attach cookie of a program: what tells it who it is. `BPF_AUDIT_COOKIE()`. */
export function attachCookie(slot: number, progId: number): bigint {
  return (COOKIE_MAGIC << 48n) | (BigInt(slot) << 32n) | BigInt(progId);
}

/** What a slot says of its program, for readers of its records. */
export interface SlotLabel {
  /** Name of the policy, up to 31 characters. */
  readonly policy: string;
  /** Version of the policy, up to 15 characters. */
  readonly version: string | undefined;
  readonly generation: number;
  /** `enum bpf_audit_mode` */
  readonly mode: number;
}

/** A label that is in a slot. */
export interface PlacedLabel extends SlotLabel {
  /** `attach_btf_id` of the program: tells hooks apart. 0 if it is detached. */
  readonly hookId: number;
}

/** Where a program hangs, for {@link takeSlot}. */
export interface SlotPlace extends PlacedLabel {
  /** Another program of the policy will be attached to the hook later, and so run before this one. */
  readonly follower: boolean;
}

/** Bytes of `bpf_audit_prog.name`. */
const LABEL_BYTES = 48;

/**
 * Gives a program a slot in `bpf_audit_progs`: one that was never used, else that of the program that is gone
 * for longest, since its records can still be on their way.
 *
 * @throws {BpfauditError} `E_SLOTS` if all are taken
 */
export function takeSlot(programs: DataView, progId: number, place?: SlotPlace): number {
  const slot = freeSlot(programs);
  const at = slot * SIZE.prog;
  for (let i = 0; i < SIZE.prog; i += 4) programs.setUint32(at + i, 0, true);
  if (place) writePlace(programs, at, place);
  programs.setUint32(at + PROG_AT.prog_id, progId, true);
  return slot;
}

function writePlace(programs: DataView, at: number, label: SlotPlace): void {
  // In a slot, site is the hook and self_map says how late the program was attached.
  programs.setUint32(at + PROG_AT.self_map, lastSequence(programs) + 1, true);
  programs.setUint32(at + PROG_AT.site, label.hookId, true);
  programs.setUint32(at + PROG_AT.mode, label.follower ? label.mode | FOLLOWER : label.mode, true);
  programs.setUint32(at + PROG_AT.generation, label.generation, true);
  const text = Buffer.from(`${label.policy}\0${label.version ?? ''}`, 'latin1').subarray(0, LABEL_BYTES - 1);
  text.forEach((byte, i) => programs.setUint8(at + PROG_AT.name + i, byte));
}

function lastSequence(programs: DataView): number {
  let last = 0;
  for (let slot = 1; slot < SLOTS; slot++) {
    last = Math.max(last, programs.getUint32(slot * SIZE.prog + PROG_AT.self_map, true));
  }
  return last;
}

/** The program is being detached: it is behind nobody any more. Its name and counters stay. */
export function leaveHook(programs: DataView, progId: number): void {
  const slot = slotOf(programs, progId);
  if (slot !== undefined) programs.setUint32(slot * SIZE.prog + PROG_AT.site, 0, true);
}

/** Says whether the next generation has a program on the hook of this one: read when the turn is the other's. */
export function setSuccessor(programs: DataView, progId: number, has: boolean): void {
  const slot = slotOf(programs, progId);
  if (slot === undefined) return;
  const at = slot * SIZE.prog + PROG_AT.mode;
  const mode = programs.getUint32(at, true) & ~NO_SUCCESSOR;
  programs.setUint32(at, has ? mode : mode | NO_SUCCESSOR, true);
}

/** What the slot of a program says of its policy; nothing if it has none, or was not loaded as a policy. */
export function slotLabel(programs: DataView, progId: number): PlacedLabel | undefined {
  const slot = slotOf(programs, progId);
  return slot === undefined ? undefined : slotLabelAt(programs, slot * SIZE.prog);
}

/** The same for the slot at `at`. */
export function slotLabelAt(programs: DataView, at: number): PlacedLabel | undefined {
  const bytes = Buffer.alloc(LABEL_BYTES);
  bytes.forEach((_, i) => (bytes[i] = programs.getUint8(at + PROG_AT.name + i)));
  const [policy = '', version = ''] = bytes.toString('latin1').split('\0');
  if (policy === '') return undefined;
  return {
    policy,
    version: version === '' ? undefined : version,
    generation: programs.getUint32(at + PROG_AT.generation, true),
    mode: programs.getUint32(at + PROG_AT.mode, true) & ~(NO_SUCCESSOR | FOLLOWER),
    hookId: programs.getUint32(at + PROG_AT.site, true),
  };
}

/** Forgets a program that was never attached. */
export function giveSlotBack(programs: DataView, slot: number): void {
  programs.setUint32(slot * SIZE.prog + PROG_AT.prog_id, 0, true);
}

/** Slot of a program, undefined if it has none. */
export function slotOf(programs: DataView, progId: number): number | undefined {
  for (let slot = 1; slot < SLOTS; slot++) {
    if (programs.getUint32(slot * SIZE.prog + PROG_AT.prog_id, true) === progId) return slot;
  }
  return undefined;
}

/** Every slot that a program has. */
export function allSlots(programs: DataView): { slot: number; progId: number }[] {
  const taken: { slot: number; progId: number }[] = [];
  for (let slot = 1; slot < SLOTS; slot++) {
    const progId = programs.getUint32(slot * SIZE.prog + PROG_AT.prog_id, true);
    if (progId !== 0) taken.push({ slot, progId });
  }
  return taken;
}

/** Counters of every program that has a slot. */
export function allCounters(programs: DataView): ProgramCounters[] {
  return allSlots(programs).map(({ slot }) => readCounters(programs, slot * SIZE.prog));
}

/** Counters of the `struct bpf_audit_prog` at `at`. */
export function readCounters(view: DataView, at: number): ProgramCounters {
  const lost = (i: number): number => Number(view.getBigUint64(at + PROG_AT.lost + 8 * i, true));
  return {
    progId: view.getUint32(at + PROG_AT.prog_id, true),
    begun: Number(view.getBigUint64(at + PROG_AT.seq, true)),
    lost: { full: lost(0), busy: lost(1), field: lost(2), cut: lost(3) },
    denials: Number(view.getBigUint64(at + PROG_AT.denials, true)),
    line: view.getUint32(at + PROG_AT.line, true),
  };
}

function freeSlot(programs: DataView): number {
  for (let slot = 1; slot < SLOTS; slot++) {
    if (programs.getUint32(slot * SIZE.prog + PROG_AT.prog_id, true) === 0) return slot;
  }
  let oldest: number | undefined;
  let least = Infinity;
  for (let slot = 1; slot < SLOTS; slot++) {
    const id = programs.getUint32(slot * SIZE.prog + PROG_AT.prog_id, true);
    if (id >= least) continue;
    using program = programById(id);
    if (!program) [oldest, least] = [slot, id];
  }
  if (oldest !== undefined) return oldest;
  throw new BpfauditError(`attach program: all ${SLOTS - 1} slots of bpf_audit_progs are taken`, {
    code: 'E_SLOTS',
    hint: 'unload policies that are no longer needed',
  });
}
