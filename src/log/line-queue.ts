import { countLines } from './flush-mode.ts';

/** Lines that wait in memory, up to so many bytes. What finds no room is counted. */
export class LineQueue {
  readonly #maximum: number;
  readonly #batches: Uint8Array[] = [];
  #bytes = 0;
  #lines = 0;
  #lost = 0;

  /** @param maximum - bytes */
  constructor(maximum: number) {
    this.#maximum = maximum;
  }

  /** Lines that wait, and that found no room. */
  get counts(): { readonly waiting: number; readonly lost: number } {
    return { waiting: this.#lines, lost: this.#lost };
  }

  /** Whether nothing waits and nothing was lost. */
  get empty(): boolean {
    return this.#lines === 0 && this.#lost === 0;
  }

  /** Copies whole lines; once there was no room, none are taken until the queue is empty: the loss is at its end. */
  add(lines: Uint8Array): void {
    const count = countLines(lines);
    if (this.#lost > 0 || this.#bytes + lines.length > this.#maximum) {
      this.#lost += count;
      return;
    }
    // not slice(): that of a Buffer shares the memory
    this.#batches.push(new Uint8Array(lines));
    this.#bytes += lines.length;
    this.#lines += count;
  }

  /** The oldest batch, if there is one. */
  get first(): Uint8Array | undefined {
    return this.#batches[0];
  }

  /** The oldest batch has been dealt with. */
  shift(): void {
    const batch = this.#batches.shift();
    if (!batch) return;
    this.#bytes -= batch.length;
    this.#lines -= countLines(batch);
  }

  /** How many were lost, and forgets it. */
  takeLost(): number {
    const lost = this.#lost;
    this.#lost = 0;
    return lost;
  }
}
