import { createSocket, type Socket } from 'node:dgram';
import { UnixDatagram } from '../../sys/unix-datagram.ts';
import type { SendResult, Transport, TransportEvents } from './transport.ts';

/**
 * Waits until a full receiver is tried again: twice as long each time that it takes nothing. The kernel keeps no more
 * than `net.unix.max_dgram_qlen` datagrams for it, 10 unless somebody raised it: the first wait limits the rate.
 */
const FULL_RETRY_MS = { first: 1, longest: 64 } as const;
const DOWN_RETRY_MS = 1000;
/** Messages that may be under way to the kernel over UDP. */
const UDP_AT_ONCE = 64;

/** Unix datagrams: to `/dev/log` or journald. */
export class UnixTransport implements Transport {
  readonly restarts: number = 0;
  readonly #socket: UnixDatagram;
  readonly #events: TransportEvents;
  #timer: NodeJS.Timeout | undefined;
  #isDown = false;
  #fullRetryMs: number = FULL_RETRY_MS.first;

  /** @throws {BpfauditError} `E_SOCKET` */
  constructor(path: string, events: TransportEvents) {
    this.#socket = new UnixDatagram(path);
    this.#events = events;
  }

  get state(): 'up' | 'down' {
    return this.#isDown ? 'down' : 'up';
  }

  send(message: Uint8Array): SendResult {
    const result = this.#socket.send(message);
    if (result === 'too-long') return 'refused';
    this.#isDown = result === 'down';
    if (result === 'sent') {
      this.#fullRetryMs = FULL_RETRY_MS.first;
      return 'sent';
    }
    this.#timer ??= setTimeout(
      () => {
        this.#timer = undefined;
        this.#fullRetryMs = Math.min(FULL_RETRY_MS.longest, this.#fullRetryMs * 2);
        this.#events.ready();
      },
      this.#isDown ? DOWN_RETRY_MS : this.#fullRetryMs,
    ).unref();
    return 'busy';
  }

  [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer);
    this.#socket[Symbol.dispose]();
    return Promise.resolve();
  }
}

/** UDP. Nobody says whether a message has arrived. */
export class UdpTransport implements Transport {
  readonly state: Transport['state'] = 'up';
  readonly restarts: number = 0;
  readonly #socket: Socket;
  readonly #events: TransportEvents;
  readonly #host: string;
  readonly #port: number;
  #underWay = 0;

  constructor(host: string, port: number, events: TransportEvents) {
    this.#host = host;
    this.#port = port;
    this.#events = events;
    this.#socket = createSocket(host.includes(':') ? 'udp6' : 'udp4').unref();
    this.#socket.on('error', () => undefined);
  }

  send(message: Uint8Array): SendResult {
    if (this.#underWay >= UDP_AT_ONCE) return 'busy';
    this.#underWay++;
    this.#socket.send(message, this.#port, this.#host, () => {
      if (this.#underWay-- === UDP_AT_ONCE) this.#events.ready();
    });
    return 'sent';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((fulfil) => this.#socket.close(fulfil));
  }
}
