import type { Readable } from 'node:stream';
import { recordTypeNumber } from '../audit/tables/record-types.ts';
import { AuditControl } from '../netlink/audit-control.ts';
import { PluginDecoder } from '../netlink/plugin-decoder.ts';
import { pluginRecords } from '../netlink/plugin-source.ts';
import type { AuditRecordBatch } from '../netlink/record-batch.ts';
import type { KernelLosses, KernelRecords } from './kernel-audit.ts';

/** How often the kernel is asked what it lost, in milliseconds. */
const LOOK_MS = 1000;

/** The kernel's records as auditd hands them to its plugins, in the format `string`. */
export class PluginAudit implements KernelRecords {
  readonly #input: Readable;
  readonly #control: AuditControl;
  #lost: number;

  private constructor(input: Readable, control: AuditControl, lost: number) {
    this.#input = input;
    this.#control = control;
    this.#lost = lost;
  }

  /** @throws {AuditRequestError} `E_AUDIT_UNAVAILABLE`, `E_AUDIT_PERMISSION` */
  static async open(input: Readable): Promise<PluginAudit> {
    const control = AuditControl.open();
    try {
      return new PluginAudit(input, control, (await control.status()).lost);
    } catch (error) {
      control[Symbol.dispose]();
      throw error;
    }
  }

  /** Nothing: what auditd hands over comes with {@link run} alone. */
  take(): undefined {
    return undefined;
  }

  /** Hands over every batch until the signal, or until auditd closes the input. */
  async run(
    signal: AbortSignal,
    onBatch: (batch: AuditRecordBatch) => void,
    onLoss: (losses: KernelLosses) => void,
  ): Promise<void> {
    const decoder = new PluginDecoder({ format: 'string', typeNumber: recordTypeNumber });
    const timer = setInterval(() => {
      this.#look(onLoss).catch(() => {
        // The kernel did not answer in time: the next look sees the same counter.
      });
    }, LOOK_MS);
    try {
      for await (const batch of pluginRecords(this.#input, decoder, { signal })) onBatch(batch);
    } finally {
      clearInterval(timer);
      await this.#look(onLoss).catch(() => undefined);
    }
  }

  [Symbol.dispose](): void {
    this.#control[Symbol.dispose]();
  }

  async #look(onLoss: (losses: KernelLosses) => void): Promise<void> {
    const { lost } = await this.#control.status();
    const more = Math.max(0, lost - this.#lost);
    this.#lost = lost;
    if (more > 0) onLoss({ lost: more, dropped: 0 });
  }
}

/**
 * Whether a record is of this machine: auditd can collect those of others, whose serials mean nothing here.
 * Its own have no node name, or the one that `name_format` says.
 */
export function isOfNode(batch: AuditRecordBatch, index: number, node: string): boolean {
  const start = batch.nodeStarts[index]!;
  const end = batch.nodeEnds[index]!;
  return start === end || batch.bytes.toString('latin1', start, end) === node;
}
