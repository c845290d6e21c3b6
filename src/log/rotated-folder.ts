import { lstatSync, readdirSync, unlinkSync } from 'node:fs';
import path from 'node:path';
import { rotatedNumber } from './rotation.ts';

/** The folder of a log, as those see it who do something with the logs that were rotated. */
export class RotatedFolder {
  readonly #folder: string;
  readonly #base: string;

  /** @param log - path of the live log */
  constructor(log: string) {
    this.#folder = path.dirname(path.resolve(log));
    this.#base = path.basename(log);
  }

  /** Name of the live log. */
  get base(): string {
    return this.#base;
  }

  /** Names of all that is there. */
  names(): ReadonlySet<string> {
    return new Set(readdirSync(this.#folder));
  }

  /** Path of what has this name. */
  at(name: string): string {
    return path.join(this.#folder, name);
  }

  /** Names of the rotated logs that are not packed, the newest first. */
  plain(names: Iterable<string> = this.names()): string[] {
    const number = (name: string): number => rotatedNumber(name, this.#base) ?? 0;
    return [...names]
      .filter((name) => number(name) > 0 && /\.\d+$/.test(name))
      .toSorted((a, b) => number(a) - number(b));
  }

  /** Path of the plain log with this inode: it may have another number by now, or be gone. */
  find(ino: number): string | undefined {
    return this.plain()
      .map((name) => this.at(name))
      .find((file) => lstatSync(file).ino === ino);
  }

  /** Removes a file that a crash has left, if there is one. */
  tidy(name: string): void {
    if (this.names().has(name)) unlinkSync(this.at(name));
  }
}
