import { BpfauditError } from '../errors/audit-error.ts';
import { door } from './door.ts';
import { errnoName, errnoText } from './errno.ts';
import { writeUint16, writeUint32 } from './host-order.ts';

const EFD_CLOEXEC = 0o2000000;
const EFD_NONBLOCK = 0o4000;
const POLLIN = 1;
const POLLFD_SIZE = 8;
const ONE = (() => {
  const bytes = Buffer.alloc(8);
  new BigUint64Array(bytes.buffer, bytes.byteOffset, 1)[0] = 1n;
  return bytes;
})();

const active = new Set<ReadableWait>();
let listening = false;

/**
 * Waits until a file descriptor is readable, on a worker thread, and can be woken at any time through an
 * eventfd. The wait occupies one thread of libuv's pool (4 by default, `UV_THREADPOOL_SIZE`).
 *
 * Closes the descriptor itself, in {@link ReadableWait[Symbol.dispose]}, because it may be closed only after
 * a `poll` on it has returned: its number could otherwise stand for another file by then.
 */
export class ReadableWait implements Disposable {
  readonly #fd: number;
  readonly #eventfd: number;
  readonly #pollfds: Buffer = Buffer.alloc(2 * POLLFD_SIZE);
  readonly #drain: Buffer = Buffer.alloc(8);
  #polling = false;
  #disposed = false;

  /**
   * @param fd - the descriptor to wait for; from now on owned by this object
   * @throws BpfauditError E_FILE_DESCRIPTORS when there is none left for the eventfd; `fd` is closed then
   */
  constructor(fd: number) {
    this.#fd = fd;
    this.#eventfd = Number(
      door().call('c', 'int eventfd(unsigned int initval, int flags)', [0, EFD_CLOEXEC | EFD_NONBLOCK]),
    );
    if (this.#eventfd < 0) {
      const errno = door().errno();
      closeFd(fd);
      throw new BpfauditError(`make an eventfd: ${errnoText(errno)} (${errnoName(errno)})`, {
        code: 'E_FILE_DESCRIPTORS',
        hint: 'raise the limit of open files (ulimit -n)',
      });
    }
    for (const [index, polled] of [fd, this.#eventfd].entries()) {
      writeUint32(this.#pollfds, index * POLLFD_SIZE, polled);
      writeUint16(this.#pollfds, index * POLLFD_SIZE + 4, POLLIN);
    }
    track(this);
  }

  /**
   * Resolves when the descriptor may be readable, when {@link wake} was called, or after `timeoutMs`. It does
   * not say which: read without blocking and see.
   *
   * @param timeoutMs - -1 waits for ever
   * @param signal - wakes the wait; looked at by the caller afterwards
   */
  async wait(timeoutMs: number, signal?: AbortSignal): Promise<void> {
    if (this.#disposed || signal?.aborted) return;
    if (this.#polling) throw new Error('one wait at a time on one descriptor');
    const wake = (): void => this.wake();
    signal?.addEventListener('abort', wake, { once: true });
    this.#polling = true;
    try {
      await door().callAsync('c', 'int poll(void *fds, unsigned long nfds, int timeout)', [
        this.#pollfds,
        2,
        timeoutMs,
      ]);
    } finally {
      this.#polling = false;
      signal?.removeEventListener('abort', wake);
      if (this.#disposed) this.#close();
      else door().call('c', 'long read(int fd, void *buf, size_t count)', [this.#eventfd, this.#drain, 8]);
    }
  }

  /** Ends the wait that runs now, or the next one. */
  wake(): void {
    if (this.#eventfd < 0) return;
    door().call('c', 'long write(int fd, const void *buf, size_t count)', [this.#eventfd, ONE, 8]);
  }

  /** Ends a running wait and closes both descriptors as soon as nothing polls them. */
  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    if (this.#polling) this.wake();
    else this.#close();
  }

  #close(): void {
    active.delete(this);
    closeFd(this.#fd);
    closeFd(this.#eventfd);
  }
}

/**
 * Node joins its worker threads when the process exits, so a `poll` without end would keep a process that
 * called `process.exit` alive for ever.
 */
function track(wait: ReadableWait): void {
  active.add(wait);
  if (listening) return;
  listening = true;
  process.on('exit', () => {
    for (const each of active) each.wake();
  });
}

function closeFd(fd: number): void {
  door().call('c', 'int close(int fd)', [fd]);
}
