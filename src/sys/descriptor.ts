import { closeSync } from 'node:fs';
import { door } from './door.ts';
import { SystemError } from './system-error.ts';

const open = new Map<number, string>();

/**
 * Owner of one file descriptor. Disposing closes it, once.
 *
 * Every open descriptor is on a list, so that tests can tell a leak: {@link openDescriptors}.
 */
export class Descriptor implements Disposable {
  readonly #fd: number;
  #open = true;

  /** @param what - what it is, for the list: "map bpf_audit_ring" */
  constructor(fd: number, what: string) {
    this.#fd = fd;
    open.set(fd, what);
  }

  /** The number; throws if it is closed, since the kernel may have given it to something else. */
  get fd(): number {
    if (!this.#open) throw new Error(`descriptor ${this.#fd} is closed`);
    return this.#fd;
  }

  [Symbol.dispose](): void {
    if (!this.#open) return;
    this.#open = false;
    open.delete(this.#fd);
    closeSync(this.#fd);
  }
}

/** What is open at the moment: number and description. */
export function openDescriptors(): ReadonlyMap<number, string> {
  return open;
}

const F_DUPFD_CLOEXEC = 1030;

/** A second number for what `fd` stands for, to be closed by whoever takes it. */
export function duplicate(fd: number): number {
  const copy = Number(door().call('c', 'int fcntl(int, int, int)', [fd, F_DUPFD_CLOEXEC, 0]));
  if (copy >= 0) return copy;
  throw new SystemError('duplicate a descriptor', door().errno(), {
    code: 'E_FILE_DESCRIPTORS',
    hint: 'raise the limit of open files (ulimit -n)',
  });
}
