/** What is known of a program. */
export interface KnownProgram {
  readonly id: number;
  /** Up to 15 characters, if the kernel had to say it. */
  readonly name: string;
  /** Hash of the instructions, 16 hex digits. */
  readonly tag: string;
  /** `lsm`, `tracing` ... */
  readonly type: string;
  /** Hook it is attached to, undefined if the kernel does not say. */
  readonly hook: string | undefined;
  /** When it was loaded, in nanoseconds since boot (CLOCK_BOOTTIME). */
  readonly loadNs: number;
  /** Policy it belongs to, or object it came from, if bpfaudit loaded it. */
  readonly policy?: string;
  /** Version of the policy, if its manifest has one. */
  readonly version?: string;
}

interface Life {
  readonly program: KnownProgram;
  endNs: number | undefined;
}

/** Programs that are gone are remembered for records that are read later; the oldest are forgotten. */
const MAX_ENDED = 4096;

/**
 * Which program had which id when. The kernel gives ids out again, so an id alone names nobody: a program is
 * known by its id and a moment of its life. Pure.
 */
export class ProgramLives {
  readonly #lives = new Map<number, Life[]>();
  #ended: Life[] = [];

  /** A program is there. Told again about the same life, it keeps what was known first; returns the life. */
  started(program: KnownProgram): KnownProgram {
    const lives = this.#lives.get(program.id) ?? [];
    const known = lives.find((life) => life.program.loadNs === program.loadNs);
    if (known) return known.program;
    for (const earlier of lives) {
      // Nobody told that it ended, but its id is somebody else's now.
      if (earlier.endNs === undefined && earlier.program.loadNs < program.loadNs)
        this.#end(earlier, program.loadNs - 1);
    }
    lives.push({ program, endNs: undefined });
    lives.sort((one, other) => one.program.loadNs - other.program.loadNs);
    this.#lives.set(program.id, lives);
    return program;
  }

  /**
   * The program with this id is gone: the earliest of its lives that has not ended, and had begun by then.
   *
   * @param atNs - nanoseconds since boot
   */
  ended(id: number, atNs: number): KnownProgram | undefined {
    const life = this.#lives
      .get(id)
      ?.find(({ endNs, program }) => endNs === undefined && program.loadNs <= atNs);
    if (life) this.#end(life, atNs);
    return life?.program;
  }

  /** The program that had this id at a moment. */
  at(id: number, atNs: number): KnownProgram | undefined {
    return this.#lives
      .get(id)
      ?.findLast(({ program, endNs }) => program.loadNs <= atNs && (endNs === undefined || atNs <= endNs))
      ?.program;
  }

  /** Programs that have not ended, as far as is known. */
  alive(): KnownProgram[] {
    return [...this.#lives.values()].flatMap((lives) =>
      lives.filter(({ endNs }) => endNs === undefined).map(({ program }) => program),
    );
  }

  #end(life: Life, atNs: number): void {
    life.endNs = atNs;
    this.#ended.push(life);
    if (this.#ended.length <= MAX_ENDED) return;
    for (const old of this.#ended.splice(0, MAX_ENDED / 4)) {
      const { id } = old.program;
      const rest = (this.#lives.get(id) ?? []).filter((one) => one !== old);
      if (rest.length === 0) this.#lives.delete(id);
      else this.#lives.set(id, rest);
    }
  }
}
