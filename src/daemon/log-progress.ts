import { STATE_AT } from '../abi/abi.ts';
import type { WrittenNotes } from './written-notes.ts';

/**
 * How far a reader has come, beyond the position up to which the ring is released: noted in shared memory before
 * and after each batch, so that the reader after a kill writes nothing twice, and can say what is gone.
 *
 * One batch is {@link begin}, the lines into the log, {@link commit}, the release of the ring.
 */
export class LogProgress {
  readonly #state: DataView;
  readonly #notes: WrittenNotes;
  #written: number[] = [];
  #kernelSerial: number;
  #goneWhenKilled = 0;

  /** @param state - `struct bpf_audit_state`, mapped */
  constructor(state: DataView, notes: WrittenNotes) {
    this.#state = state;
    this.#notes = notes;
    this.#kernelSerial = state.getUint32(STATE_AT.kernel_serial, true);
  }

  /** Decides about what a killed reader left; whether its last batch is in the log is known by now. */
  recover(isWritten: boolean): void {
    this.#notes.settle(isWritten);
    const at = isWritten ? STATE_AT.exposed_next : STATE_AT.exposed;
    this.#goneWhenKilled = this.#state.getUint32(at, true);
    // until it is told: see commit()
    this.#state.setUint32(STATE_AT.exposed, this.#goneWhenKilled, true);
  }

  /** Decisions that a killed reader had taken out of the ring, and that waited for the kernel's records. */
  get goneWhenKilled(): number {
    return this.#goneWhenKilled;
  }

  /** Last serial of the kernel that a reader came to; 0 if the last one has ended as it should. */
  get kernelSerial(): number {
    return this.#kernelSerial;
  }

  set kernelSerial(serial: number) {
    this.#kernelSerial = serial;
  }

  /** Whether the event at this position of the ring is in the log. */
  isWritten(position: number): boolean {
    return this.#notes.has(position);
  }

  /** The events at these positions are part of the next batch. */
  wrote(positions: readonly number[]): void {
    this.#written.push(...positions);
  }

  /**
   * A batch is going to be written.
   *
   * @param end - position up to which the ring is released afterwards
   * @param exposed - how many decisions that wait lie before it
   */
  begin(end: number, exposed: number): void {
    if (this.#written.length > 0) this.#written = this.#written.filter((position) => position >= end);
    this.#notes.begin(this.#written);
    this.#state.setUint32(STATE_AT.exposed_next, exposed, true);
  }

  /** The batch is in the log, the ring not yet released. */
  commit(): void {
    this.#notes.commit(this.#written);
    this.#written.length = 0;
    const state = this.#state;
    state.setUint32(STATE_AT.exposed, state.getUint32(STATE_AT.exposed_next, true), true);
    state.setUint32(STATE_AT.kernel_serial, this.#kernelSerial, true);
  }
}
