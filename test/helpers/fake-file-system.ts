import { nodeFileSystem, type FileSystem, type Space } from '../../src/log/file-system.ts';

const QUIET: ReadonlySet<string> = new Set(['write', 'read', 'stat', 'lstat', 'list', 'space']);

/** The real file system, that fails when it is told to. */
export class FakeFileSystem {
  /** Bytes that may still be written before the disk is full. */
  room: number = Infinity;
  /** Error names by operation: `{ write: 'EIO' }`. */
  readonly failing: Partial<Record<keyof FileSystem, string>> = {};
  space: Space = { availableBytes: 1e12, availableBlocks: 1e8, totalBytes: 2e12 };
  /** Operations in order, without writes and looks. */
  readonly done: string[] = [];
  readonly fs: FileSystem;

  constructor() {
    this.fs = new Proxy<FileSystem>(
      {
        ...nodeFileSystem,
        space: () => this.space,
        write: (fd, bytes, from) => this.#write(fd, bytes, from),
      },
      { get: (target, name: keyof FileSystem) => this.#guard(target, name) },
    );
  }

  #guard(target: FileSystem, name: keyof FileSystem): unknown {
    const error = this.failing[name];
    if (error !== undefined) {
      return () => {
        throw systemError(error);
      };
    }
    if (!QUIET.has(name)) this.done.push(name);
    return target[name];
  }

  /** As a full disk does it: what fits is taken, then nothing. */
  #write(fd: number, bytes: Uint8Array, from: number): number {
    if (this.room <= 0) throw systemError('ENOSPC');
    const count = Math.min(bytes.length - from, this.room);
    nodeFileSystem.write(fd, bytes.subarray(0, from + count), from);
    this.room -= count;
    return count;
  }
}

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: injected, do it`), { code });
}
