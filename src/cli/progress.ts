import type { CommandIo } from './command.ts';

const WIDTH = 30;
const FIRST_AFTER_MS = 1000;
const EVERY_MS = 200;

/** A bar on the terminal for what takes long; nothing if the terminal is not there, or has the output itself. */
export class Progress {
  readonly #io: CommandIo;
  readonly #isShown: boolean;
  readonly #nowMs: () => number;
  readonly #startMs: number;
  #lastMs = 0;
  #isDrawn = false;

  constructor(io: CommandIo, isWanted: boolean, nowMs: () => number = Date.now) {
    this.#io = io;
    this.#nowMs = nowMs;
    this.#isShown = isWanted && io.stderr.isTTY === true && io.stdout.isTTY !== true;
    this.#startMs = nowMs();
  }

  /** Draws how much is done, from 0 to 1. */
  show(part: number): void {
    if (!this.#isShown) return;
    const now = this.#nowMs();
    if (now - this.#startMs < FIRST_AFTER_MS || now - this.#lastMs < EVERY_MS) return;
    this.#lastMs = now;
    this.#isDrawn = true;
    const full = Math.round(part * WIDTH);
    const percent = String(Math.floor(part * 100)).padStart(3);
    this.#io.stderr.write(`\r${percent}% [${'#'.repeat(full)}${' '.repeat(WIDTH - full)}]`);
  }

  /** Takes the bar away. */
  clear(): void {
    if (this.#isDrawn) this.#io.stderr.write(`\r${' '.repeat(WIDTH + 7)}\r`);
    this.#isDrawn = false;
  }
}
