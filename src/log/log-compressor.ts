import { spawn } from 'node:child_process';
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  openSync,
  renameSync,
  unlinkSync,
} from 'node:fs';
import { setPriority } from 'node:os';
import { BpfauditError } from '../errors/audit-error.ts';
import { RotatedFolder } from './rotated-folder.ts';

const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
const ENDING = '.zst';
const LOWEST_PRIORITY = 19;

/**
 * Compresses rotated logs with the program zstd, one after the other, at the lowest priority, in a process of its
 * own. The plain log is removed only when the compressed one is on the disk; a crash leaves the plain one.
 */
export class LogCompressor {
  readonly #logs: RotatedFolder;
  readonly #program: string;

  /**
   * @param log - path of the live log
   * @param program - @default `zstd`, of the PATH
   */
  constructor(log: string, program = 'zstd') {
    this.#logs = new RotatedFolder(log);
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
    for (let name = this.#oldest(); name !== undefined; name = this.#oldest()) {
      await this.#compress(name, signal);
      if (signal?.aborted === true) return;
    }
  }

  /** What a crash left: half of a file, or one that is there twice. */
  #tidy(): void {
    this.#logs.tidy(this.#unfinished);
    for (const name of this.#logs.plain()) this.#logs.tidy(name + ENDING);
  }

  get #unfinished(): string {
    return `${this.#logs.base}${ENDING}.tmp`;
  }

  #oldest(): string | undefined {
    return this.#logs.plain().at(-1);
  }

  async #compress(name: string, signal: AbortSignal | undefined): Promise<void> {
    const unfinished = this.#logs.at(this.#unfinished);
    const from = openSync(this.#logs.at(name), O_RDONLY | O_NOFOLLOW);
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

  #replace(ino: number, unfinished: string): void {
    const now = this.#logs.find(ino);
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
          new BpfauditError(`compress log ${this.#logs.base}: ${what}`, {
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
