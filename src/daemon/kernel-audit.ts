import { setImmediate } from 'node:timers/promises';
import { AuditControl } from '../netlink/audit-control.ts';
import { AuditEvents } from '../netlink/audit-events.ts';
import type { AuditRecordBatch } from '../netlink/record-batch.ts';

/**
 * Where the kernel's own records come from: `beside` a running auditd (multicast), `instead` of it (unicast), from
 * it as its `plugin`, or `serial`: they are not read, decisions just get the serial of their event, which auditd's log knows too.
 */
export type KernelSource = 'beside' | 'instead' | 'plugin' | 'serial';

/** Losses on the kernel's side since the last look. */
export interface KernelLosses {
  /** Records that the kernel threw away before they reached any reader: `lost` of `auditctl -s`. */
  readonly lost: number;
  /** Records that our socket had no room for. */
  readonly dropped: number;
}

/** A source of the kernel's own records. */
export interface KernelRecords extends Disposable {
  /** Hands over every batch until the signal, or until there are no more; what was lost is told from time to time. */
  run(
    signal: AbortSignal,
    onBatch: (batch: AuditRecordBatch) => void,
    onLoss: (losses: KernelLosses) => void,
  ): Promise<void>;
  /** What has arrived by now, without waiting; nothing if there is none. */
  take(): AuditRecordBatch | undefined;
}

/** How often the kernel is asked what it lost, in milliseconds. */
const LOOK_MS = 1000;
/** Milliseconds to let records gather: fewer, larger batches. */
const LINGER_MS = 2;

/**
 * Receive buffer: room for some 70,000 records. When it stays full for 100 ms, the kernel puts all records that
 * wait aside, and looks at those again only when the next one is written (`kauditd_thread()`, kernel/audit.c).
 */
const BUFFER_BYTES = 32 * 1024 * 1024;

/** The kernel's records of audit and what became of those that did not come. */
export class KernelAudit implements KernelRecords {
  readonly #events: AuditEvents;
  readonly #control: AuditControl;
  readonly #source: KernelSource;
  #lost: number;
  #dropped = 0;

  private constructor(source: KernelSource, events: AuditEvents, control: AuditControl, lost: number) {
    this.#source = source;
    this.#events = events;
    this.#control = control;
    this.#lost = lost;
  }

  /**
   * Opens the source, and switches audit on if it is off.
   *
   * @throws {AuditRequestError} `E_AUDIT_DAEMON_ALIVE`, `E_AUDIT_UNAVAILABLE`, `E_AUDIT_PERMISSION`
   */
  static async open(source: 'beside' | 'instead'): Promise<KernelAudit> {
    const options = { lingerMs: LINGER_MS, noOverrunErrors: false, receiveBufferBytes: BUFFER_BYTES };
    const control = AuditControl.open();
    let events: AuditEvents | undefined;
    try {
      const status = await control.status();
      if (status.enabled === 0) await control.setStatus({ enabled: 1 });
      events =
        source === 'instead' ? await AuditEvents.openUnicast(options) : AuditEvents.openMulticast(options);
      return new KernelAudit(source, events, control, status.lost);
    } catch (error) {
      events?.[Symbol.dispose]();
      control[Symbol.dispose]();
      throw error;
    }
  }

  /** One batch of what has arrived by now, without waiting. */
  take(): AuditRecordBatch | undefined {
    return this.#events.take();
  }

  /** Hands over every batch until the signal; what was lost is told from time to time. */
  async run(
    signal: AbortSignal,
    onBatch: (batch: AuditRecordBatch) => void,
    onLoss: (losses: KernelLosses) => void,
  ): Promise<void> {
    const timer = setInterval(() => {
      this.#look(onLoss).catch(() => {
        // The kernel did not answer in time: the next look sees the same counter.
      });
    }, LOOK_MS);
    try {
      while (!signal.aborted) {
        // Taken and handed over at one go: in between, take() would overwrite it.
        const batch = this.#events.take();
        if (!batch) {
          await this.#events.arrival(signal);
          continue;
        }
        onBatch(batch);
        // A flood must not keep timers and the ring from their turn.
        await setImmediate();
      }
    } finally {
      clearInterval(timer);
      await this.#look(onLoss).catch(() => undefined);
    }
  }

  [Symbol.dispose](): void {
    this.#events[Symbol.dispose]();
    this.#control[Symbol.dispose]();
  }

  async #look(onLoss: (losses: KernelLosses) => void): Promise<void> {
    // In the place of auditd a refused record is tried again by the kernel: what it gives up is in `lost`.
    const dropped = this.#source === 'beside' ? this.#events.counters.dropped : 0;
    const { lost } = await this.#control.status();
    const losses = { lost: Math.max(0, lost - this.#lost), dropped: Math.max(0, dropped - this.#dropped) };
    this.#lost = lost;
    this.#dropped = dropped;
    if (losses.lost + losses.dropped > 0) onLoss(losses);
  }
}
