import {
  closeSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { cpioHeader, cpioMode, cpioTrailer, padded } from './cpio.ts';

/**
 * Writes one cpio archive to the end of a file.
 *
 * Folders above an added file are made as needed, once each. A path that is added twice has the later content.
 */
export class Archive {
  readonly #descriptor: number;
  readonly #folders = new Set(['', '.']);

  /** Opens a file to append to; it is made if missing. */
  constructor(file: string) {
    this.#descriptor = openSync(file, 'a');
  }

  /** Adds a folder, such as `/var/log`. */
  folder(path: string, permissions = 0o755): this {
    this.#parents(path);
    if (!this.#folders.has(relative(path))) {
      this.#folders.add(relative(path));
      this.#entry(path, cpioMode('directory', permissions), Buffer.alloc(0));
    }
    return this;
  }

  /** Adds a file with the given content. */
  file(path: string, content: string | Buffer, permissions = 0o644): this {
    this.#parents(path);
    this.#entry(path, cpioMode('file', permissions), Buffer.from(content));
    return this;
  }

  /** Adds a symbolic link. */
  link(path: string, target: string): this {
    this.#parents(path);
    this.#entry(path, cpioMode('link', 0o777), Buffer.from(target));
    return this;
  }

  /** Adds a file of this machine under a name of its own; a symbolic link is followed. */
  copy(source: string, path: string): this {
    return this.file(path, readFileSync(source), statSync(source).mode & 0o7777);
  }

  /** Adds a file, or a folder with everything below it; symbolic links inside stay links. */
  tree(source: string, path: string): this {
    // What is named on the command line is followed, as `cp -RH` does: node_modules may itself be a link.
    if (!statSync(source).isDirectory()) return this.copy(source, path);
    this.folder(path, statSync(source).mode & 0o7777);
    for (const name of readdirSync(source).toSorted()) {
      const [from, to] = [join(source, name), join(path, name)];
      const stat = lstatSync(from);
      if (stat.isSymbolicLink()) this.link(to, readlinkSync(from));
      else if (stat.isDirectory()) this.tree(from, to);
      else if (stat.isFile()) this.copy(from, to);
    }
    return this;
  }

  /** Ends the archive and closes the file. */
  [Symbol.dispose](): void {
    writeSync(this.#descriptor, cpioTrailer());
    closeSync(this.#descriptor);
  }

  #parents(path: string): void {
    const parent = dirname(relative(path));
    if (!this.#folders.has(parent)) this.folder(parent);
  }

  #entry(path: string, mode: number, content: Buffer): void {
    writeSync(this.#descriptor, cpioHeader({ path: relative(path), mode, sizeBytes: content.length }));
    if (content.length > 0) writeSync(this.#descriptor, padded(content));
  }
}

function relative(path: string): string {
  return path.replace(/^\/+/, '').replace(/\/+$/, '');
}
