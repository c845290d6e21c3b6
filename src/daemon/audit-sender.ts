import type { RecordSink } from './collector.ts';
import { TRUSTED_APP, userMessages } from './user-record.ts';

/** What of `AuditControl` a sender uses. */
export interface MessageControl extends Disposable {
  sendUserMessage(type: number, text: string): Promise<void>;
}

/** What became of records that were to go into the kernel's audit. */
export interface SenderCounts {
  /** Messages that the kernel took. */
  readonly sent: number;
  /** Messages that the kernel refused, or that there was no room for. */
  readonly lost: number;
}

/** What an {@link AuditSender} is made of. */
export interface AuditSenderOptions {
  /** The sender closes it. */
  readonly control: MessageControl;
  /** Whether the kernel writes about the system call with this serial itself. */
  readonly kernelTells: (serial: number) => boolean;
  /** Messages that may wait. @default 20000 */
  readonly maxWaiting?: number;
}

const MAX_WAITING = 20_000;

/**
 * Hands records to the kernel as user messages, so that auditd, its plugins and its remote logging carry them on.
 *
 * The kernel takes one after the other. What cannot wait is counted, and the count is sent as soon as there is
 * room: `record=DAEMON_ERR op=bpf-messages-lost`.
 */
export class AuditSender implements RecordSink, Disposable {
  readonly #options: AuditSenderOptions;
  readonly #maxWaiting: number;
  #queue: string[] = [];
  #sending: Promise<void> | undefined;
  #sent = 0;
  #lost = 0;
  #toldLost = 0;

  constructor(options: AuditSenderOptions) {
    this.#options = options;
    this.#maxWaiting = options.maxWaiting ?? MAX_WAITING;
  }

  /** What was counted so far. */
  get counts(): SenderCounts {
    return { sent: this.#sent, lost: this.#lost };
  }

  /**
   * Says in the log that records follow: shows at once whether the kernel takes any.
   *
   * @throws AuditRequestError E_AUDIT_PERMISSION without `CAP_AUDIT_WRITE`
   */
  async begin(): Promise<void> {
    await this.#options.control.sendUserMessage(TRUSTED_APP, 'op=bpfaudit-start res=success');
  }

  /** Queues whole lines. */
  write(lines: Uint8Array): void {
    const text = Buffer.from(lines.buffer, lines.byteOffset, lines.byteLength).toString('latin1');
    for (const line of text.split('\n')) {
      for (const message of userMessages(line, this.#options.kernelTells)) {
        if (this.#queue.length >= this.#maxWaiting) this.#lost++;
        else this.#queue.push(message);
      }
    }
    if (this.#queue.length > 0) this.#sending ??= this.#send();
  }

  /** Waits until the kernel has everything, and says in the log that nothing follows. */
  async end(): Promise<void> {
    await this.#sending;
    await this.#tellLost();
    await this.#try('op=bpfaudit-stop res=success');
  }

  [Symbol.dispose](): void {
    this.#options.control[Symbol.dispose]();
  }

  async #send(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#queue;
      this.#queue = [];
      for (const message of batch) await this.#try(message);
      await this.#tellLost();
    }
    this.#sending = undefined;
  }

  async #tellLost(): Promise<void> {
    const lost = this.#lost - this.#toldLost;
    if (lost === 0) return;
    this.#toldLost += lost;
    await this.#try(`record=DAEMON_ERR op=bpf-messages-lost lost=${lost} res=failed`);
  }

  async #try(message: string): Promise<void> {
    try {
      await this.#options.control.sendUserMessage(TRUSTED_APP, message);
      this.#sent++;
    } catch {
      this.#lost++;
    }
  }
}
