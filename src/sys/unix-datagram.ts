import { closeSync } from 'node:fs';
import { BpfauditError } from '../errors/audit-error.ts';
import { door } from './door.ts';
import { errnoName, errnoText } from './errno.ts';

const AF_UNIX = 1;
const SOCK_DGRAM_NONBLOCK_CLOEXEC = 2 | 0o4000 | 0o2000000;
const MSG_NOSIGNAL = 0x4000;
const MAX_PATH_BYTES = 107;
const EINTR = 4;
const EAGAIN = 11;
const EMSGSIZE = 90;
const ENOBUFS = 105;

/** What became of a datagram: `full` may be tried again in a moment, `down` when the receiver is back. */
export type DatagramResult = 'sent' | 'full' | 'down' | 'too-long';

/** A Unix datagram socket to one receiver, which Node does not have: for syslog, journald and sd_notify(3). */
export class UnixDatagram implements Disposable {
  readonly #fd: number;
  readonly #address: Buffer;

  /**
   * @param path - of the receiver's socket; one that begins with `@` is in the abstract namespace
   * @throws {BpfauditError} `E_SOCKET`
   */
  constructor(path: string) {
    const name = Buffer.from(path);
    if (name[0] === '@'.charCodeAt(0)) name[0] = 0;
    if (name.length > MAX_PATH_BYTES) {
      throw new BpfauditError(`socket ${path}: longer than ${MAX_PATH_BYTES} bytes`, { code: 'E_SOCKET' });
    }
    const abstract = name[0] === 0;
    this.#address = Buffer.concat([Buffer.from([AF_UNIX, 0]), name, Buffer.alloc(abstract ? 0 : 1)]);
    const prototype = 'int socket(int domain, int type, int protocol)';
    this.#fd = Number(door().call('c', prototype, [AF_UNIX, SOCK_DGRAM_NONBLOCK_CLOEXEC, 0]));
    if (this.#fd >= 0) return;
    const errno = door().errno();
    throw new BpfauditError(`make a socket: ${errnoText(errno)} (${errnoName(errno)})`, { code: 'E_SOCKET' });
  }

  /** Sends one datagram without waiting. */
  send(bytes: Uint8Array): DatagramResult {
    for (;;) {
      const sent = door().call(
        'c',
        'long sendto(int fd, const void *buf, size_t len, int flags, const void *addr, unsigned int addrlen)',
        [this.#fd, bytes, bytes.length, MSG_NOSIGNAL, this.#address, this.#address.length],
      );
      if (Number(sent) >= 0) return 'sent';
      const errno = door().errno();
      if (errno === EINTR) continue;
      if (errno === EMSGSIZE) return 'too-long';
      return errno === EAGAIN || errno === ENOBUFS ? 'full' : 'down';
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }
}
