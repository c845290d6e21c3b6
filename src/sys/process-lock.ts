import { closeSync, constants, ftruncateSync, openSync, writeSync } from 'node:fs';
import { BpfauditError } from '../errors/audit-error.ts';
import { messageOf } from '../errors/thrown.ts';
import { door } from './door.ts';

const LOCK_EX_NB = 2 | 4;
const EWOULDBLOCK = 11;

/**
 * A file that one process holds at a time (flock(2)), with its id in it. The kernel lets go of it when the process
 * ends, however that happens.
 */
export class ProcessLock implements Disposable {
  readonly #fd: number;

  /** @throws {BpfauditError} `E_DAEMON_RUNS` if another process holds it, `E_DAEMON_LOCK` if there is no way to it */
  constructor(path: string) {
    this.#fd = openLock(path);
    if (Number(door().call('c', 'int flock(int fd, int operation)', [this.#fd, LOCK_EX_NB])) !== 0) {
      const busy = door().errno() === EWOULDBLOCK;
      closeSync(this.#fd);
      throw new BpfauditError(`lock ${path}: ${busy ? 'another bpfauditd runs' : 'failed'}`, {
        code: busy ? 'E_DAEMON_RUNS' : 'E_DAEMON_LOCK',
        hint: busy ? 'bpfaudit status shows it' : 'look at the file system it is on',
      });
    }
    ftruncateSync(this.#fd);
    writeSync(this.#fd, `${process.pid}\n`);
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }
}

function openLock(path: string): number {
  try {
    return openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o644);
  } catch (cause) {
    throw new BpfauditError(`open ${path}: ${messageOf(cause)}`, {
      code: 'E_DAEMON_LOCK',
      hint: 'run as root',
      cause,
    });
  }
}
