import { connect, type Socket } from 'node:net';
import { retryDelayMs, type SendResult, type Transport, type TransportEvents } from './transport.ts';

/** How long the receiver may take at the end, in milliseconds. */
const END_MS = 1000;

/** Where a stream goes: a path of a Unix socket, or a host and port. */
export type StreamAddress = { readonly path: string } | { readonly host: string; readonly port: number };

/** A stream to a receiver, over TCP or a Unix socket; connected again when it breaks. */
export class StreamTransport implements Transport {
  readonly #address: StreamAddress;
  readonly #events: TransportEvents;
  #socket: Socket | undefined;
  #isUp = false;
  #attempt = 0;
  #connections = 0;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(address: StreamAddress, events: TransportEvents) {
    this.#address = address;
    this.#events = events;
    this.#connect();
  }

  get state(): 'up' | 'down' {
    return this.#isUp ? 'up' : 'down';
  }

  get restarts(): number {
    return Math.max(0, this.#connections - 1);
  }

  send(message: Uint8Array): SendResult {
    if (!this.#socket || !this.#isUp || this.#socket.writableNeedDrain) return 'busy';
    this.#socket.write(message);
    return 'sent';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#timer);
    const socket = this.#socket;
    if (!socket || socket.destroyed) return;
    await new Promise<void>((fulfil) => {
      socket.once('close', () => fulfil());
      socket.setTimeout(END_MS, () => socket.destroy());
      if (this.#isUp) socket.end(() => socket.destroy());
      else socket.destroy();
    });
  }

  #connect(): void {
    const socket = connect(this.#address);
    this.#socket = socket;
    socket.unref();
    socket.on('connect', () => {
      this.#isUp = true;
      this.#attempt = 0;
      this.#connections++;
      this.#events.ready();
    });
    socket.on('drain', () => this.#events.ready());
    // what a receiver answers is of no interest, but must not fill its buffer
    socket.resume();
    socket.on('error', (error) => {
      if (this.#attempt === 0) this.#events.failed('receiver-down', error.message);
    });
    socket.on('close', () => {
      this.#isUp = false;
      if (this.#ended) return;
      this.#timer = setTimeout(() => this.#connect(), retryDelayMs(this.#attempt++)).unref();
    });
  }
}
