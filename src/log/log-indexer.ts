import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  statSync,
  unlinkSync,
} from 'node:fs';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { IndexBuilder, INDEX_ENDING } from './log-index.ts';
import { rotatedNumber } from './rotation.ts';
import { writeWhole } from './write-all.ts';

const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
/** So much is read at once: other work of the daemon waits no longer than that takes. */
const CHUNK_BYTES = 256 << 10;

/**
 * Writes an index beside each rotated log that has none, so that searches can leave it out. No search needs
 * one: without it, or if it does not belong to its log, the log is read.
 */
export class LogIndexer {
  readonly #folder: string;
  readonly #base: string;
  readonly #chunkBytes: number;

  /** @param log path of the live log. */
  constructor(log: string, chunkBytes: number = CHUNK_BYTES) {
    this.#folder = path.dirname(path.resolve(log));
    this.#base = path.basename(log);
    this.#chunkBytes = chunkBytes;
  }

  /**
   * Indexes all rotated logs that are not packed, and lets other work be done in between. One call at a time.
   *
   * @param signal - ends it early: the log that it is at gets no index
   */
  async run(signal?: AbortSignal): Promise<void> {
    this.#tidy();
    // A rotation meanwhile gives all logs other names: they are looked at anew each time.
    const tried = new Set<number>();
    for (let next = this.#next(tried); next !== undefined; next = this.#next(tried)) {
      tried.add(next.ino);
      await this.#write(next.name, signal);
      if (signal?.aborted === true) return;
    }
  }

  get #unfinished(): string {
    return path.join(this.#folder, `${this.#base}${INDEX_ENDING}.tmp`);
  }

  #tidy(): void {
    if (readdirSync(this.#folder).includes(path.basename(this.#unfinished))) unlinkSync(this.#unfinished);
  }

  /** The first plain log without an index that was not tried yet. */
  #next(tried: ReadonlySet<number>): { readonly name: string; readonly ino: number } | undefined {
    const names = new Set(readdirSync(this.#folder));
    for (const name of names) {
      if (!this.#isPlain(name) || names.has(name + INDEX_ENDING)) continue;
      const { ino } = lstatSync(path.join(this.#folder, name));
      if (!tried.has(ino)) return { name, ino };
    }
    return undefined;
  }

  #isPlain(name: string): boolean {
    return rotatedNumber(name, this.#base) !== undefined && /\.\d+$/.test(name);
  }

  async #write(name: string, signal: AbortSignal | undefined): Promise<void> {
    const from = openSync(path.join(this.#folder, name), O_RDONLY | O_NOFOLLOW);
    try {
      const text = await this.#indexed(from, signal);
      if (text === undefined) return;
      const { ino, mode } = fstatSync(from);
      const to = openSync(this.#unfinished, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
      try {
        writeWhole(to, Buffer.from(text), this.#unfinished);
        fchmodSync(to, mode & 0o777);
      } finally {
        closeSync(to);
      }
      this.#place(ino);
    } finally {
      closeSync(from);
    }
  }

  async #indexed(fd: number, signal: AbortSignal | undefined): Promise<string | undefined> {
    const builder = new IndexBuilder();
    const buffer = Buffer.allocUnsafe(this.#chunkBytes);
    for (let position = 0; ;) {
      const size = readSync(fd, buffer, 0, buffer.length, position);
      position += builder.add(buffer.subarray(0, size), size < buffer.length);
      if (size < buffer.length) return `${JSON.stringify(builder.index())}\n`;
      await setImmediate();
      if (signal?.aborted === true) return undefined;
    }
  }

  /** The log may have another number by now, or be gone. */
  #place(ino: number): void {
    const now = readdirSync(this.#folder)
      .filter((name) => this.#isPlain(name))
      .map((name) => path.join(this.#folder, name))
      .find((file) => statSync(file).ino === ino);
    if (now === undefined) unlinkSync(this.#unfinished);
    else renameSync(this.#unfinished, now + INDEX_ENDING);
  }
}
