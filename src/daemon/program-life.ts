import type { ByteWriter } from '../audit/write/byte-writer.ts';
import type { ProgramChanges } from '../bpf/program-directory.ts';
import type { KnownProgram } from '../bpf/program-lives.ts';
import type { EventId, OwnSerials } from '../events/event-id.ts';
import {
  programRecord,
  readProgramEvent,
  type ProgramFormat,
  type ProgramOperation,
} from './program-record.ts';

/** What of `ProgramDirectory` is used here. */
export interface Programs {
  current(id: number): KnownProgram | undefined;
  ended(id: number, atNs: number): KnownProgram | undefined;
  look(): ProgramChanges;
}

/** What a {@link ProgramLife} is made of. */
export interface ProgramLifeOptions {
  readonly out: ByteWriter;
  readonly serials: OwnSerials;
  readonly programs: Programs;
  readonly format: ProgramFormat;
  /** Whether the kernel's own records of type BPF are handed in. */
  readonly expectRecords: boolean;
  /** Wall-clock time of boot in milliseconds. */
  readonly bootEpochMs: () => number;
  /** Wall-clock time in milliseconds. */
  readonly nowMs: () => number;
}

/** What bpfaudit knows about a program that a kernel record is about. */
export interface ProgramNote {
  readonly program: KnownProgram;
  readonly operation: ProgramOperation;
  /** Body of bpfaudit's own record beside the kernel's. */
  readonly body: Uint8Array;
}

/**
 * Audit's time is that of the last tick (10 ms at most), and the clock may be slewed: a program that was
 * loaded longer than this before or after its record is another one with the same id.
 */
const SAME_MOMENT_MS = 1000;
const TICK_MS = 20;

/**
 * Records of the life of programs: beside the kernel's own of type BPF, and in their place where the kernel
 * writes none or they did not come.
 */
export class ProgramLife {
  readonly #options: ProgramLifeOptions;
  readonly #told: Record<ProgramOperation, WeakSet<KnownProgram>> = {
    LOAD: new WeakSet(),
    UNLOAD: new WeakSet(),
  };
  #pending: (readonly [ProgramOperation, KnownProgram])[] = [];

  constructor(options: ProgramLifeOptions) {
    this.#options = options;
    // What was loaded before is known from now on, but is no news.
    for (const program of options.programs.look().loaded) this.#told.LOAD.add(program);
  }

  /** bpfaudit loaded a program. With the kernel's records at hand its own one is waited for. */
  loaded(program: KnownProgram): void {
    this.#change('LOAD', program);
  }

  /**
   * A kernel record of type BPF.
   *
   * @param body - what follows its id
   * @returns undefined if nothing is known about the program
   */
  kernelRecord(body: string, id: Readonly<EventId>): ProgramNote | undefined {
    const event = readProgramEvent(body);
    if (!event) return undefined;
    const recordMs = id.seconds * 1000 + id.milliseconds;
    const program =
      event.operation === 'LOAD'
        ? this.#justLoaded(event.progId, recordMs)
        : this.#ended(event.progId, recordMs);
    if (!program) return undefined;
    this.#told[event.operation].add(program);
    return { program, operation: event.operation, body: programRecord(program, event.operation) };
  }

  /** Writes bpfaudit's own record beside the kernel's, with its id. */
  write(id: Readonly<EventId>, note: ProgramNote): void {
    this.#options.format(this.#options.out, id, note.program, note.operation);
  }

  /** Looks which programs came and went. What the kernel tells about is given one more look's time. */
  look(): void {
    const { loaded, gone } = this.#options.programs.look();
    for (const [operation, program] of this.#pending.splice(0)) this.#tell(operation, program);
    for (const program of loaded) this.#change('LOAD', program);
    for (const program of gone) this.#change('UNLOAD', program);
  }

  /** Writes what is still waited for; the kernel's records are no longer read. */
  end(): void {
    this.look();
    for (const [operation, program] of this.#pending.splice(0)) this.#tell(operation, program);
  }

  #change(operation: ProgramOperation, program: KnownProgram): void {
    if (this.#options.expectRecords) this.#pending.push([operation, program]);
    else this.#tell(operation, program);
  }

  #tell(operation: ProgramOperation, program: KnownProgram): void {
    if (this.#told[operation].has(program)) return;
    this.#told[operation].add(program);
    const { out, serials, format, nowMs } = this.#options;
    const timeMs = operation === 'LOAD' ? this.#loadMs(program) : nowMs();
    format(out, serials.idAt(timeMs), program, operation);
  }

  #justLoaded(id: number, recordMs: number): KnownProgram | undefined {
    const program = this.#options.programs.current(id);
    if (!program) return undefined;
    return Math.abs(this.#loadMs(program) - recordMs) <= SAME_MOMENT_MS ? program : undefined;
  }

  #ended(id: number, recordMs: number): KnownProgram | undefined {
    const atNs = (recordMs + TICK_MS - this.#options.bootEpochMs()) * 1e6;
    return this.#options.programs.ended(id, atNs);
  }

  #loadMs(program: KnownProgram): number {
    return this.#options.bootEpochMs() + program.loadNs / 1e6;
  }
}
