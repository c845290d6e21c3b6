import { closeSync, unlinkSync } from 'node:fs';
import { door } from '../../src/sys/door.ts';

const AF_UNIX = 1;
const DGRAM_NONBLOCK_CLOEXEC = 2 | 0o4000 | 0o2000000;

/** A Unix datagram socket that is received from: what syslogd and journald have. */
export class UnixDatagramServer implements Disposable {
  readonly #fd: number;
  readonly #path: string;
  readonly #buffer = Buffer.alloc(128 * 1024);

  constructor(path: string) {
    this.#path = path;
    const address = Buffer.concat([Buffer.from([AF_UNIX, 0]), Buffer.from(path), Buffer.alloc(1)]);
    const prototype = 'int socket(int domain, int type, int protocol)';
    this.#fd = Number(door().call('c', prototype, [AF_UNIX, DGRAM_NONBLOCK_CLOEXEC, 0]));
    const bind = 'int bind(int fd, const void *addr, unsigned int addrlen)';
    if (Number(door().call('c', bind, [this.#fd, address, address.length])) !== 0)
      throw new Error(`bind ${path}`);
  }

  /** The next datagram, if one is there. */
  receive(): string | undefined {
    const recv = 'long recv(int fd, void *buf, size_t len, int flags)';
    const length = Number(door().call('c', recv, [this.#fd, this.#buffer, this.#buffer.length, 0]));
    return length < 0 ? undefined : this.#buffer.toString('utf8', 0, length);
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
    unlinkSync(this.#path);
  }
}
