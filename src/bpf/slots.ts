import { BpfauditError } from '../errors/audit-error.ts';
import { PROG_AT, SIZE, type LossName } from '../abi/abi.ts';
import { programById } from './info.ts';

/** `BPF_AUDIT_SLOTS`; slot 0 is never given away. */
const SLOTS = 1024;
/** `BPF_AUDIT_COOKIE_MAGIC` */
const COOKIE_MAGIC = 0xba0dn;

/** Counters of one program, as the header keeps them. */
export interface ProgramCounters {
  readonly progId: number;
  /** Records begun, lost ones included. */
  readonly begun: number;
  readonly lost: Readonly<Record<LossName, number>>;
  readonly denials: number;
  /** Source line of the first `bpf_audit_log_start()` that ran, 0 if none did. */
  readonly line: number;
}

/** Attach cookie of a program: what tells it who it is. `BPF_AUDIT_COOKIE()`. */
export function attachCookie(slot: number, progId: number): bigint {
  return (COOKIE_MAGIC << 48n) | (BigInt(slot) << 32n) | BigInt(progId);
}

/**
 * Gives a program a slot in `bpf_audit_progs`: one that was never used, else one whose program is gone.
 *
 * @throws {BpfauditError} `E_SLOTS` if all are taken
 */
export function takeSlot(programs: DataView, progId: number): number {
  const slot = freeSlot(programs);
  const at = slot * SIZE.prog;
  for (let i = 0; i < SIZE.prog; i += 4) programs.setUint32(at + i, 0, true);
  programs.setUint32(at + PROG_AT.prog_id, progId, true);
  return slot;
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
  const counters: ProgramCounters[] = [];
  for (let slot = 1; slot < SLOTS; slot++) {
    if (programs.getUint32(slot * SIZE.prog + PROG_AT.prog_id, true) !== 0) {
      counters.push(readCounters(programs, slot * SIZE.prog));
    }
  }
  return counters;
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
  for (let slot = 1; slot < SLOTS; slot++) {
    using program = programById(programs.getUint32(slot * SIZE.prog + PROG_AT.prog_id, true));
    if (!program) return slot;
  }
  throw new BpfauditError(`attach program: all ${SLOTS - 1} slots of bpf_audit_progs are taken`, {
    code: 'E_SLOTS',
    hint: 'unload policies that are no longer needed',
  });
}
