import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  renameSync,
  unlinkSync,
} from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { IndexBuilder, INDEX_ENDING } from './log-index.ts';
import { RotatedFolder } from './rotated-folder.ts';
import { writeWhole } from './write-all.ts';

const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
/** So much is read at once: other work of the daemon waits no longer than that takes. */
const CHUNK_BYTES = 256 << 10;

/**
 * Writes an index beside each rotated log that has none, so that searches can leave it out. No search needs
 * one: without it, or if it does not belong to its log, the log is read.
 */
export class LogIndexer {
  readonly #logs: RotatedFolder;
  readonly #chunkBytes: number;

  /**
   * @param log - path of the live log
   * @param chunkBytes - how much is read at once; more than the head of a record
   */
  constructor(log: string, chunkBytes: number = CHUNK_BYTES) {
    this.#logs = new RotatedFolder(log);
    this.#chunkBytes = chunkBytes;
  }

  /**
   * Indexes all rotated logs that are not packed, and lets other work be done in between. One call at a time.
   *
   * @param signal - ends it early: the log that it is at gets no index
   */
  async run(signal?: AbortSignal): Promise<void> {
    this.#logs.tidy(this.#unfinished);
    // A rotation meanwhile gives all logs other names: they are looked at anew each time.
    const tried = new Set<number>();
    for (let next = this.#next(tried); next !== undefined; next = this.#next(tried)) {
      tried.add(next.ino);
      await this.#write(next.name, signal);
      if (signal?.aborted === true) return;
    }
  }

  get #unfinished(): string {
    return `${this.#logs.base}${INDEX_ENDING}.tmp`;
  }

  /** The first plain log without an index that was not tried yet. */
  #next(tried: ReadonlySet<number>): { readonly name: string; readonly ino: number } | undefined {
    const names = this.#logs.names();
    for (const name of this.#logs.plain(names)) {
      if (names.has(name + INDEX_ENDING)) continue;
      const { ino } = lstatSync(this.#logs.at(name));
      if (!tried.has(ino)) return { name, ino };
    }
    return undefined;
  }

  async #write(name: string, signal: AbortSignal | undefined): Promise<void> {
    const unfinished = this.#logs.at(this.#unfinished);
    const from = openSync(this.#logs.at(name), O_RDONLY | O_NOFOLLOW);
    try {
      const text = await this.#indexed(from, signal);
      if (text === undefined) return;
      const { ino, mode } = fstatSync(from);
      const to = openSync(unfinished, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
      try {
        writeWhole(to, Buffer.from(text), unfinished);
        fchmodSync(to, mode & 0o777);
      } finally {
        closeSync(to);
      }
      const now = this.#logs.find(ino);
      if (now === undefined) unlinkSync(unfinished);
      else renameSync(unfinished, now + INDEX_ENDING);
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
}
