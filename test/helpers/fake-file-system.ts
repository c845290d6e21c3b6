import { nodeFileSystem, type FileSystem, type Space } from '../../src/log/file-system.ts';

/** The real file system, that fails when it is told to. */
export class FakeFileSystem {
  /** Bytes that may still be written before the disk is full. */
  room: number = Infinity;
  /** Error names by operation: `{ write: 'EIO' }`. */
  readonly failing: Partial<Record<keyof FileSystem, string>> = {};
  space: Space = { availableBytes: 1e12, availableBlocks: 1e8, totalBytes: 2e12 };
  /** Operations in order, without writes and looks. */
  readonly done: string[] = [];

  get fs(): FileSystem {
    const guard = <K extends keyof FileSystem>(name: K): FileSystem[K] => {
      const real = nodeFileSystem[name] as (...args: unknown[]) => unknown;
      const guarded = (...args: unknown[]): unknown => {
        const error = this.failing[name];
        if (error !== undefined) throw systemError(error);
        if (!['write', 'read', 'stat', 'lstat', 'list'].includes(name)) this.done.push(name);
        return real(...args);
      };
      return guarded as FileSystem[K];
    };
    const all = Object.fromEntries(
      (Object.keys(nodeFileSystem) as (keyof FileSystem)[]).map((name) => [name, guard(name)]),
    ) as unknown as FileSystem;
    return { ...all, space: () => this.space, write: (fd, bytes, from) => this.#write(fd, bytes, from) };
  }

  /** As a full disk does it: what fits is taken, then nothing. */
  #write(fd: number, bytes: Uint8Array, from: number): number {
    const error = this.failing.write;
    if (error !== undefined) throw systemError(error);
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
