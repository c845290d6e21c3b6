import { spawn } from 'node:child_process';
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  renameSync,
  unlinkSync,
} from 'node:fs';
import { setPriority } from 'node:os';
import path from 'node:path';
import { BpfauditError } from '../errors/audit-error.ts';
import { rotatedNumber } from './rotation.ts';

const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
const ENDING = '.zst';
const LOWEST_PRIORITY = 19;

/**
 * Compresses rotated logs with the program zstd, one after the other, at the lowest priority, in a process of its
 * own. The plain log is removed only when the compressed one is on the disk; a crash leaves the plain one.
 */
export class LogCompressor {
  readonly #folder: string;
  readonly #base: string;
  readonly #program: string;

  /** @param program - @default `zstd`, of the PATH */
  constructor(log: string, program = 'zstd') {
    this.#folder = path.dirname(path.resolve(log));
    this.#base = path.basename(log);
    this.#program = program;
  }

  /**
   * Compresses all rotated logs that are not, the oldest first. One call at a time.
   *
   * @param signal - ends it early: the log that it is at stays plain
   * @throws {BpfauditError} `E_LOG_COMPRESS`; the plain logs are still there
   */
  async run(signal?: AbortSignal): Promise<void> {
    this.#tidy();
    for (let name = this.#oldestPlain(); name !== undefined; name = this.#oldestPlain()) {
      await this.#compress(name, signal);
      if (signal?.aborted === true) return;
    }
  }

  /** What a crash left: half of a file, or one that is there twice. */
  #tidy(): void {
    const names = new Set(readdirSync(this.#folder));
    if (names.has(this.#unfinished)) unlinkSync(path.join(this.#folder, this.#unfinished));
    for (const name of this.#plain(names)) {
      if (names.has(name + ENDING)) unlinkSync(path.join(this.#folder, name + ENDING));
    }
  }

  get #unfinished(): string {
    return `${this.#base}${ENDING}.tmp`;
  }

  #plain(names: Iterable<string>): string[] {
    return [...names].filter((name) => rotatedNumber(name, this.#base) !== undefined && /\.\d+$/.test(name));
  }

  #oldestPlain(): string | undefined {
    const number = (name: string): number => rotatedNumber(name, this.#base) ?? 0;
    return this.#plain(readdirSync(this.#folder))
      .toSorted((a, b) => number(a) - number(b))
      .at(-1);
  }

  async #compress(name: string, signal: AbortSignal | undefined): Promise<void> {
    const unfinished = path.join(this.#folder, this.#unfinished);
    const from = openSync(path.join(this.#folder, name), O_RDONLY | O_NOFOLLOW);
    try {
      const to = openSync(unfinished, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
      try {
        await this.#zstd(from, to, signal);
        fsyncSync(to);
        fchmodSync(to, fstatSync(from).mode & 0o777);
        this.#replace(fstatSync(from).ino, unfinished);
      } catch (error) {
        unlinkSync(unfinished);
        if (signal?.aborted !== true) throw error;
      } finally {
        closeSync(to);
      }
    } finally {
      closeSync(from);
    }
  }

  /** The log may have another number by now. */
  #replace(ino: number, unfinished: string): void {
    const now = this.#plain(readdirSync(this.#folder))
      .map((name) => path.join(this.#folder, name))
      .find((file) => lstatSync(file).ino === ino);
    if (now === undefined) {
      unlinkSync(unfinished);
      return;
    }
    renameSync(unfinished, now + ENDING);
    unlinkSync(now);
  }

  #zstd(from: number, to: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((fulfil, reject) => {
      const fail = (what: string, cause?: unknown): void =>
        reject(
          new BpfauditError(`compress log ${this.#base}: ${what}`, {
            code: 'E_LOG_COMPRESS',
            hint: 'install zstd (Debian: apt-get install zstd), or set compress = "none"',
            cause,
          }),
        );
      const child = spawn(this.#program, ['-q', '-c'], {
        stdio: [from, to, 'ignore'],
        ...(signal && { signal }),
      });
      child.once('error', (cause) => fail(cause.message, cause));
      child.once('exit', (code, killedBy) =>
        code === 0 ? fulfil() : fail(`zstd ended with ${code ?? killedBy}`),
      );
      if (child.pid !== undefined) lowerPriority(child.pid);
    });
  }
}

function lowerPriority(pid: number): void {
  try {
    setPriority(pid, LOWEST_PRIORITY);
  } catch {
    // it has ended already
  }
}
