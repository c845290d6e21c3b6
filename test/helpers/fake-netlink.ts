import { functionName, type Door } from '../../src/sys/door.ts';
import { errnoName } from '../../src/sys/errno.ts';
import { readUint32, writeUint32 } from '../../src/sys/host-order.ts';

const EAGAIN = 11;

/** Where the fake's memory is said to begin: a buffer's byte 0 has this address. */
const MEMORY = 0x1000;
const HEADER_BYTES = 64;

/** What the next datagram of a `recvmmsg` is: a datagram, from the kernel unless said otherwise, or an error number. */
export interface Arrival {
  readonly bytes?: Uint8Array;
  readonly sender?: number;
  readonly errno?: number;
}

/** A door behind which there is no kernel, only a queue of datagrams. */
export class FakeNetlink implements Door {
  /** What `recvmmsg` will give, in order; then EAGAIN. */
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
      case 'memmove':
        return MEMORY;
      case 'recvmmsg':
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

  /** Ends a running `poll`, as an arrival does. */
  wake(): void {
    this.#wake();
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
    const headers = args[1];
    if (!(headers instanceof Uint8Array)) throw new Error('recvmmsg without headers');
    let count = 0;
    while (count < Number(args[2])) {
      const [arrival] = this.arrivals;
      // As in the kernel: an error waits for the next call if something was received before it.
      if (arrival?.errno !== undefined && count > 0) break;
      this.arrivals.shift();
      if (!arrival) break;
      if (arrival.errno !== undefined) return this.#fail(arrival.errno);
      deliver(arrival, headers, count * HEADER_BYTES);
      count++;
    }
    return count > 0 ? count : this.#fail(EAGAIN);
  }
}

/** Puts a datagram where a `struct mmsghdr` points to. */
function deliver(arrival: Arrival, headers: Uint8Array, header: number): void {
  // The slots lie before their headers, in the same memory.
  const memory = new Uint8Array(headers.buffer, headers.byteOffset + headers.length - memoryBytes(headers));
  const name = readUint32(headers, header) - MEMORY;
  const vector = readUint32(headers, header + 16) - MEMORY;
  const slot = readUint32(memory, vector) - MEMORY;
  const bytes = arrival.bytes ?? new Uint8Array();
  memory.set(bytes.subarray(0, readUint32(memory, vector + 8)), slot);
  writeUint32(memory, name + 4, arrival.sender ?? 0);
  writeUint32(headers, header + 56, bytes.length);
}

/** Size of all the memory: the first name, which the first header points to, stands after slots and vectors. */
function memoryBytes(headers: Uint8Array): number {
  const namesStart = readUint32(headers, 0) - MEMORY;
  const slots = headers.length / (HEADER_BYTES + 16 + 16);
  return namesStart + slots * 16;
}
