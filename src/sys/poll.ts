import { Descriptor } from './descriptor.ts';
import { door } from './door.ts';
import { SystemError } from './errno.ts';

const POLLIN = 1;
const EINTR = 4;
const EFD_CLOEXEC = 0o2000000;
const EFD_NONBLOCK = 0o4000;

/**
 * Waits on a worker thread until a descriptor can be read, so that the event loop goes on meanwhile. A wait
 * can be ended from outside at any time.
 */
export class Poller implements Disposable {
  readonly #bell: Descriptor;
  readonly #entries: Buffer;

  /** @param fd - descriptor to wait for; stays the caller's */
  constructor(fd: number) {
    const bell = Number(door().call('c', 'int eventfd(uint32_t, int)', [0, EFD_CLOEXEC | EFD_NONBLOCK]));
    if (bell < 0) throw new SystemError('make eventfd', door().errno(), { code: 'E_POLL' });
    this.#bell = new Descriptor(bell, 'poller bell');
    this.#entries = Buffer.alloc(16);
    this.#entries.writeInt32LE(fd, 0);
    this.#entries.writeInt16LE(POLLIN, 4);
    this.#entries.writeInt32LE(bell, 8);
    this.#entries.writeInt16LE(POLLIN, 12);
  }

  /**
   * Waits for input, for {@link ring} or for the time.
   *
   * @param timeoutMs - milliseconds, -1 for no limit
   * @returns whether the descriptor can be read
   */
  async wait(timeoutMs: number): Promise<boolean> {
    this.#entries.writeInt16LE(0, 6);
    this.#entries.writeInt16LE(0, 14);
    const count = Number(
      await door().callAsync('c', 'int poll(void *, unsigned long, int)', [this.#entries, 2, timeoutMs]),
    );
    if (count < 0 && door().errno() !== EINTR && door().errno() !== 0) {
      throw new SystemError('poll', door().errno(), { code: 'E_POLL' });
    }
    if (this.#entries.readInt16LE(14) !== 0) this.#silence();
    return this.#entries.readInt16LE(6) !== 0;
  }

  /** Ends a wait that is under way, or the next one. */
  ring(): void {
    const one = Buffer.alloc(8);
    one.writeBigUInt64LE(1n);
    door().call('c', 'int64_t write(int, const void *, size_t)', [this.#bell.fd, one, 8]);
  }

  #silence(): void {
    door().call('c', 'int64_t read(int, void *, size_t)', [this.#bell.fd, Buffer.alloc(8), 8]);
  }

  [Symbol.dispose](): void {
    this.#bell[Symbol.dispose]();
  }
}
