import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { BpfauditError } from '../errors/audit-error.ts';
import { messageOf } from '../errors/thrown.ts';
import { door } from './door.ts';
import { sleepNow } from './sleep.ts';

/** `LOCK_EX | LOCK_NB`, include/uapi/asm-generic/fcntl.h */
const EXCLUSIVE_NOW = 2 | 4;
const STEP_MS = 20;

/** A lock that one process at a time holds; it goes with the process, however that ends. */
export class FileLock implements Disposable {
  #fd: number;

  private constructor(fd: number) {
    this.#fd = fd;
  }

  /**
   * Waits for the lock.
   *
   * @param path - file that is made if it is not there
   * @param patienceMs - longest wait
   * @param signal - ends the wait
   * @throws {BpfauditError} `E_LOCKED`; what the signal says if that ends the wait
   */
  static async take(path: string, patienceMs: number, signal?: AbortSignal): Promise<FileLock> {
    const fd = open(path);
    const until = performance.now() + patienceMs;
    while (!isTaken(fd)) {
      if (performance.now() > until) throw heldElsewhere(path, fd);
      if (signal?.aborted === true) {
        closeSync(fd);
        signal.throwIfAborted();
      }
      await delay(STEP_MS);
    }
    return new FileLock(fd);
  }

  /**
   * The same without a promise, for changes that take a moment: the whole process waits.
   *
   * @throws {BpfauditError} `E_LOCKED`
   */
  static takeNow(path: string, patienceMs: number): FileLock {
    const fd = open(path);
    const until = performance.now() + patienceMs;
    while (!isTaken(fd)) {
      if (performance.now() > until) throw heldElsewhere(path, fd);
      sleepNow(STEP_MS);
    }
    return new FileLock(fd);
  }

  /** The lock, unless another process holds it. */
  static ifFree(path: string): FileLock | undefined {
    const fd = open(path);
    if (isTaken(fd)) return new FileLock(fd);
    closeSync(fd);
    return undefined;
  }

  [Symbol.dispose](): void {
    if (this.#fd < 0) return;
    closeSync(this.#fd);
    this.#fd = -1;
  }
}

function isTaken(fd: number): boolean {
  return Number(door().call('c', 'int flock(int, int)', [fd, EXCLUSIVE_NOW])) === 0;
}

function heldElsewhere(path: string, fd: number): BpfauditError {
  closeSync(fd);
  return new BpfauditError(`lock ${path}: another process holds it`, {
    code: 'E_LOCKED',
    hint: 'wait for the other bpfaudit to end; fuser names it',
  });
}

function open(path: string): number {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    return openSync(path, 'a', 0o600);
  } catch (cause) {
    throw new BpfauditError(`lock ${path}: ${messageOf(cause)}`, {
      code: 'E_LOCKED',
      hint: 'run as root',
      cause,
    });
  }
}
