import type { DatagramSlots } from './datagram-slots.ts';
import { door } from './door.ts';
import { readUint32, writeUint16, writeUint32 } from './host-order.ts';
import { ReadableWait } from './readable-wait.ts';
import { SocketError } from './socket-error.ts';

const AF_NETLINK = 16;
const SOCK_RAW_CLOEXEC = 3 | 0o2000000;
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const SO_RCVBUFFORCE = 33;
const SO_MEMINFO = 55;
const SOL_NETLINK = 270;
const NETLINK_NO_ENOBUFS = 5;
const MSG_TRUNC = 0x20;
const MSG_DONTWAIT = 0x40;
const SOCKADDR_SIZE = 12;
const MEMINFO_WORDS = 9;
const MEMINFO_DROPS = 8;
const EINTR = 4;
const EAGAIN = 11;
const ENOBUFS = 105;

/** How to open a {@link NetlinkSocket}. */
export interface NetlinkSocketOptions {
  /** Netlink family: 9 is `NETLINK_AUDIT`. */
  readonly protocol: number;
  /** Bit mask of multicast groups to join. @default 0 */
  readonly groups?: number;
  /** Receive buffer to ask for; above the system's limit it needs `CAP_NET_ADMIN`. @default the system's */
  readonly receiveBufferBytes?: number;
  /**
   * Do not report an overrun as an error. Overruns are then seen only in {@link NetlinkSocket.drops}.
   * @default false
   */
  readonly noOverrunErrors?: boolean;
}

/**
 * A netlink datagram socket to the kernel (`socket(AF_NETLINK, SOCK_RAW, protocol)`).
 *
 * Knows nothing of what the datagrams mean. Reading never blocks the event loop: {@link wait} waits on a worker
 * thread, {@link receive} takes what is there.
 */
export class NetlinkSocket implements Disposable {
  /** This socket's port id: how the kernel and other processes address it. */
  readonly portId: number;
  readonly #fd: number;
  readonly #wait: ReadableWait;
  #disposed = false;

  private constructor(fd: number, options: NetlinkSocketOptions) {
    this.#fd = fd;
    this.#wait = new ReadableWait(fd);
    try {
      if (options.receiveBufferBytes !== undefined) this.#growBuffer(options.receiveBufferBytes);
      if (options.noOverrunErrors) this.#setOption(SOL_NETLINK, NETLINK_NO_ENOBUFS, 1);
      this.portId = this.#bind(options.groups ?? 0);
    } catch (error) {
      this.#wait[Symbol.dispose]();
      throw error;
    }
  }

  /**
   * @throws SocketError E_SOCKET with the errno: EPROTONOSUPPORT when the kernel lacks the family, EPERM when a
   * group may not be joined
   */
  static open(options: NetlinkSocketOptions): NetlinkSocket {
    const fd = Number(
      door().call('c', 'int socket(int domain, int type, int protocol)', [
        AF_NETLINK,
        SOCK_RAW_CLOEXEC,
        options.protocol,
      ]),
    );
    if (fd < 0) throw new SocketError('socket', door().errno());
    return new NetlinkSocket(fd, options);
  }

  /** Receive buffer in bytes as the kernel counts it: twice what was asked for. */
  get receiveBufferBytes(): number {
    return this.#getOption(SOL_SOCKET, SO_RCVBUF, 1)[0] ?? 0;
  }

  /** Datagrams the kernel has dropped because this socket's buffer was full, since it was opened. Linux 4.12. */
  get drops(): number {
    return this.#getOption(SOL_SOCKET, SO_MEMINFO, MEMINFO_WORDS)[MEMINFO_DROPS] ?? 0;
  }

  /**
   * Sends one datagram to the kernel.
   *
   * @throws SocketError E_SOCKET with the errno: ECONNREFUSED when nobody listens (for audit: not in the first
   * user namespace)
   */
  send(datagram: Uint8Array): void {
    const kernel = Buffer.alloc(SOCKADDR_SIZE);
    writeUint16(kernel, 0, AF_NETLINK);
    for (;;) {
      const sent = door().call(
        'c',
        'long sendto(int fd, const void *buf, size_t len, int flags, const void *addr, unsigned int addrlen)',
        [this.#fd, datagram, datagram.length, 0, kernel, SOCKADDR_SIZE],
      );
      if (Number(sent) >= 0) return;
      const errno = door().errno();
      if (errno !== EINTR) throw new SocketError('send', errno);
    }
  }

  /**
   * Takes the datagrams that are there, without waiting, as many as there are slots.
   *
   * @returns how many slots were filled, and how often the kernel reported that datagrams were lost before them
   * @throws SocketError E_SOCKET
   */
  receive(slots: DatagramSlots): { count: number; overruns: number } {
    let overruns = 0;
    for (;;) {
      const received = door().call(
        'c',
        'int recvmmsg(int fd, void *headers, unsigned int count, int flags, void *timeout)',
        [this.#fd, slots.headers, slots.count, MSG_DONTWAIT | MSG_TRUNC, null],
      );
      const count = Number(received);
      if (count >= 0) return { count, overruns };
      const errno = door().errno();
      if (errno === EAGAIN) return { count: 0, overruns };
      if (errno === ENOBUFS) overruns++;
      else if (errno !== EINTR) throw new SocketError('receive', errno);
    }
  }

  /** Waits until something may have arrived, {@link wake} was called or the signal fires. See `ReadableWait`. */
  wait(timeoutMs: number, signal?: AbortSignal): Promise<void> {
    return this.#wait.wait(timeoutMs, signal);
  }

  /** Ends a running {@link wait}. */
  wake(): void {
    this.#wait.wake();
  }

  /** Whether it was closed. */
  get disposed(): boolean {
    return this.#disposed;
  }

  /** Closes the socket; a running {@link wait} ends first. */
  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#wait[Symbol.dispose]();
  }

  #bind(groups: number): number {
    const address = Buffer.alloc(SOCKADDR_SIZE);
    writeUint16(address, 0, AF_NETLINK);
    writeUint32(address, 8, groups);
    const bound = door().call('c', 'int bind(int fd, const void *addr, unsigned int addrlen)', [
      this.#fd,
      address,
      SOCKADDR_SIZE,
    ]);
    if (Number(bound) < 0) throw new SocketError('bind', door().errno());
    const size = Buffer.alloc(4);
    writeUint32(size, 0, SOCKADDR_SIZE);
    const named = door().call('c', 'int getsockname(int fd, void *addr, void *addrlen)', [
      this.#fd,
      address,
      size,
    ]);
    if (Number(named) < 0) throw new SocketError('getsockname', door().errno());
    return readUint32(address, 4);
  }

  /** The forced size needs CAP_NET_ADMIN; without it the system's limit (net.core.rmem_max) applies. */
  #growBuffer(bytes: number): void {
    if (this.#trySetOption(SOL_SOCKET, SO_RCVBUFFORCE, bytes)) return;
    this.#setOption(SOL_SOCKET, SO_RCVBUF, bytes);
  }

  #setOption(level: number, option: number, value: number): void {
    if (!this.#trySetOption(level, option, value)) throw new SocketError('setsockopt', door().errno());
  }

  #trySetOption(level: number, option: number, value: number): boolean {
    const bytes = Buffer.alloc(4);
    writeUint32(bytes, 0, value);
    const result = door().call(
      'c',
      'int setsockopt(int fd, int level, int name, const void *value, unsigned int size)',
      [this.#fd, level, option, bytes, bytes.length],
    );
    return Number(result) === 0;
  }

  #getOption(level: number, option: number, words: number): readonly number[] {
    const value = Buffer.alloc(words * 4);
    const size = Buffer.alloc(4);
    writeUint32(size, 0, value.length);
    const result = door().call('c', 'int getsockopt(int fd, int level, int name, void *value, void *size)', [
      this.#fd,
      level,
      option,
      value,
      size,
    ]);
    if (Number(result) < 0) throw new SocketError('getsockopt', door().errno());
    return Array.from({ length: readUint32(size, 0) / 4 }, (_, word) => readUint32(value, word * 4));
  }
}
