import type { ReceiverStatus } from '../service/daemon-status.ts';
import { ReceiverQueue } from './receiver-queue.ts';
import type { Transport, TransportEvents } from './transport.ts';

/** What a {@link Receiver} is made of. */
export interface ReceiverOptions {
  readonly name: string;
  readonly kind: ReceiverStatus['kind'];
  /** Lines that may wait. */
  readonly depth: number;
  /** Makes the message of a line, which has no line end. */
  readonly encode: (line: Uint8Array) => Uint8Array;
  readonly open: (events: TransportEvents) => Transport;
  /** Told when lines begin to be dropped. */
  readonly overflow: (receiver: Receiver) => void;
  readonly failed: TransportEvents['failed'];
}

/** Messages that are handed over at one go; then everybody else has a turn. */
const AT_ONCE = 256;
const NEWLINE = 10;

/**
 * One plugin or forwarder: lines wait in a queue of limited length and are handed over as fast as it takes them.
 * Whatever it does, the log goes on; what it has missed is counted.
 */
export class Receiver implements AsyncDisposable {
  readonly #options: ReceiverOptions;
  readonly #queue: ReceiverQueue;
  readonly #transport: Transport;
  #isFull = false;
  #scheduled = false;
  #suspended = false;
  #refused = 0;

  constructor(options: ReceiverOptions) {
    this.#options = options;
    this.#queue = new ReceiverQueue(options.depth);
    this.#transport = options.open({ ready: () => this.#schedule(), failed: options.failed });
  }

  /** What became of its lines. */
  get status(): ReceiverStatus {
    const { name, kind } = this.#options;
    const { state, restarts } = this.#transport;
    const { sent, dropped, waiting } = this.#queue.counts;
    return {
      name,
      kind,
      sent: sent - this.#refused,
      dropped: dropped + this.#refused,
      waiting,
      restarts,
      state,
    };
  }

  /** Takes whole lines. */
  take(lines: Uint8Array): void {
    for (let from = 0; from < lines.length;) {
      const end = lines.indexOf(NEWLINE, from);
      const to = end < 0 ? lines.length : end;
      if (this.#suspended || !this.#add(lines.subarray(from, to))) this.#drop();
      from = to + 1;
    }
    this.#schedule();
  }

  /** Lines that it has missed since the last call. */
  takeDropped(): number {
    return this.#queue.takeDropped();
  }

  /** Nothing more is sent until {@link resume}; what comes meanwhile is dropped and counted. */
  suspend(): void {
    this.#suspended = true;
  }

  /** Goes on. */
  resume(): void {
    this.#suspended = false;
    this.#schedule();
  }

  /** SIGHUP came. */
  reload(): void {
    this.#transport.reload?.();
  }

  /** Hands over what it takes at once, and closes. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#pump(Infinity);
    await this.#transport[Symbol.asyncDispose]();
  }

  /** A batch can be longer than the queue: a receiver that keeps up must not lose what is behind its end. */
  #add(line: Uint8Array): boolean {
    if (this.#queue.isFull) this.#pump(AT_ONCE);
    return this.#queue.add(line);
  }

  #drop(): void {
    if (this.#suspended) this.#queue.drop();
    if (this.#isFull) return;
    this.#isFull = true;
    this.#options.overflow(this);
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#pump(AT_ONCE);
    });
  }

  #pump(most: number): void {
    if (this.#suspended) return;
    for (let count = 0; count < most; count++) {
      const line = this.#queue.first;
      if (!line) {
        this.#isFull = false;
        return;
      }
      const result = this.#transport.send(this.#options.encode(line));
      if (result === 'busy') return;
      if (result === 'refused') this.#refused++;
      this.#queue.sent();
    }
    this.#schedule();
  }
}
