import { functionName, type Door } from '../../src/sys/door.ts';
import { errnoName } from '../../src/sys/errno.ts';
import { writeUint32 } from '../../src/sys/host-order.ts';

const EAGAIN = 11;

/** What the next `recvfrom` meets: a datagram, from the kernel unless said otherwise, or an error number. */
export interface Arrival {
  readonly bytes?: Uint8Array;
  readonly sender?: number;
  readonly errno?: number;
}

/** A door behind which there is no kernel, only a queue of datagrams. */
export class FakeNetlink implements Door {
  /** What `recvfrom` will give, in order; then EAGAIN. */
  readonly arrivals: Arrival[] = [];
  /** What was sent. */
  readonly sent: Buffer[] = [];
  /** Descriptors open now. */
  readonly open: Set<number> = new Set();
  /** Called for each datagram sent, to answer it. */
  onSend: (datagram: Buffer) => void = () => {};
  /** Error numbers that a function fails with, by its name. */
  readonly failures: Map<string, number> = new Map();
  /** What `SO_MEMINFO` reports as dropped. */
  drops = 0;
  #errno = 0;
  #nextFd = 100;
  #wake: () => void = () => {};

  call(_library: string, prototype: string, args: readonly unknown[]): unknown {
    const name = functionName(prototype);
    const failure = this.failures.get(name);
    if (failure !== undefined) return this.#fail(failure);
    switch (name) {
      case 'socket':
      case 'eventfd':
        this.open.add(++this.#nextFd);
        return this.#nextFd;
      case 'close':
        this.open.delete(Number(args[0]));
        return 0;
      case 'sendto':
        return this.#send(args[1]);
      case 'recvfrom':
        return this.#receive(args);
      case 'getsockopt':
        if (args[3] instanceof Uint8Array && args[3].length === 36) writeUint32(args[3], 32, this.drops);
        return 0;
      case 'write':
        this.#wake();
        return 8;
      case 'strerror':
        return `text of ${errnoName(Number(args[0]))}`;
      default:
        return 0;
    }
  }

  /** `poll`: returns at once when something is there, otherwise when woken. */
  callAsync(): Promise<unknown> {
    if (this.arrivals.length > 0) return Promise.resolve(1);
    return new Promise((resolve) => {
      this.#wake = () => resolve(1);
    });
  }

  errno(): number {
    return this.#errno;
  }

  #fail(errno: number): number {
    this.#errno = errno;
    return -1;
  }

  #send(datagram: unknown): number {
    if (!(datagram instanceof Uint8Array)) throw new Error('sendto without bytes');
    this.sent.push(Buffer.from(datagram));
    this.onSend(Buffer.from(datagram));
    return datagram.length;
  }

  #receive(args: readonly unknown[]): number {
    const arrival = this.arrivals.shift();
    if (!arrival) return this.#fail(EAGAIN);
    if (arrival.errno !== undefined) return this.#fail(arrival.errno);
    const bytes = arrival.bytes ?? new Uint8Array();
    const [, into, size, , address] = args;
    if (!(into instanceof Uint8Array) || !(address instanceof Uint8Array)) throw new Error('recvfrom');
    into.set(bytes.subarray(0, Number(size)));
    writeUint32(address, 4, arrival.sender ?? 0);
    return bytes.length;
  }
}
