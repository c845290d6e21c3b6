import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FileLock } from '../../src/sys/file-lock.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'file-lock-'));
  path = join(folder, 'state', 'lock');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Whether another process gets the lock. */
function othersGetIt(): boolean {
  try {
    execFileSync('flock', ['--nonblock', path, 'true']);
    return true;
  } catch {
    return false;
  }
}

describe('FileLock', () => {
  test('keeps other processes out until it is disposed', async () => {
    using lock = await FileLock.take(path, 0);
    expect(othersGetIt()).toBe(false);
    lock[Symbol.dispose]();
    expect(othersGetIt()).toBe(true);
  });

  test('takeNow: the same, without a promise', () => {
    using lock = FileLock.takeNow(path, 0);
    expect(othersGetIt()).toBe(false);
    lock[Symbol.dispose]();
    expect(othersGetIt()).toBe(true);
  });

  test('one that is held is waited for, then refused with a cure', async () => {
    using _held = FileLock.takeNow(path, 0);
    await expect(FileLock.take(path, 30)).rejects.toMatchObject({ code: 'E_LOCKED' });
    expect(() => FileLock.takeNow(path, 30)).toThrow(/another process holds it/);
  });

  test('the wait ends with its signal', async () => {
    using _held = FileLock.takeNow(path, 0);
    const stop = new AbortController();
    const waiting = FileLock.take(path, 60_000, stop.signal);
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });

  test('ifFree: nothing where it is held, the lock where it is not', () => {
    const held = FileLock.takeNow(path, 0);
    expect(FileLock.ifFree(path)).toBeUndefined();
    held[Symbol.dispose]();
    using mine = FileLock.ifFree(path);
    expect(mine).toBeInstanceOf(FileLock);
    expect(othersGetIt()).toBe(false);
  });
});
