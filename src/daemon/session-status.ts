import type { LossName } from '../abi/abi.ts';
import type { ProgramDirectory } from '../bpf/program-directory.ts';
import { readCounters } from '../bpf/slots.ts';
import type { Collector } from './collector.ts';
import type { JoinedOutput } from './joined-output.ts';
import type { KernelLosses } from './kernel-audit.ts';
import { Balance, type RecordBalance } from './metrics/balance.ts';
import type { LatencySummary } from './metrics/latency.ts';

/** One program that writes records. Numbers count since it was attached. */
export interface ProgramStatus {
  /** 0 if the kernel does not tell which program it is. */
  readonly id: number;
  readonly name: string;
  readonly hook?: string;
  readonly tag?: string;
  /** Object it came from, if bpfaudit loaded it. */
  readonly policy?: string;
  /** Records begun, lost ones included. */
  readonly records: number;
  readonly denials: number;
  /** Records (`full`, `busy`) and fields (`field`, `cut`) that were lost. */
  readonly lost: Readonly<Record<LossName, number>>;
}

/** What goes on between the kernel and the log. Numbers count since the start unless they say otherwise. */
export interface SessionStatus {
  readonly records: RecordBalance;
  readonly read: Collector['counts'];
  /** Absent if events are not joined. */
  readonly join?: JoinedOutput['counts'];
  /** What audit itself lost. */
  readonly kernel: KernelLosses;
  /** In bytes. */
  readonly ring: { readonly size: number; readonly fill: number; readonly highest: number };
  readonly latency: LatencySummary;
  readonly programs: readonly ProgramStatus[];
}

/** Gathers what a session counts. */
export class SessionMeter {
  readonly #collector: Collector;
  readonly #directory: ProgramDirectory;
  readonly #balance = new Balance();
  readonly #kernel = { lost: 0, dropped: 0 };
  #highest = 0;

  constructor(collector: Collector, directory: ProgramDirectory) {
    this.#collector = collector;
    this.#directory = directory;
  }

  /** Takes what audit itself lost since the last time. */
  kernelLost({ lost, dropped }: KernelLosses): void {
    this.#kernel.lost += lost;
    this.#kernel.dropped += dropped;
  }

  /** Looks at the ring and at the sum; to be called from time to time. */
  look(): RecordBalance {
    const collector = this.#collector;
    this.#highest = Math.max(this.#highest, collector.ring.fill);
    const { written, filtered, lost, otherAbi } = collector.counts;
    const parts = { written, filtered, lost: lost + otherAbi, waiting: collector.waiting };
    return this.#balance.look({ ...parts, emitted: collector.ledger.emitted() }, performance.now());
  }

  /** Everything, at this moment. */
  status(join: JoinedOutput['counts'] | undefined): SessionStatus {
    const records = this.look();
    const { counts, ring, latency } = this.#collector;
    return {
      records,
      read: counts,
      ...(join === undefined ? {} : { join }),
      kernel: { ...this.#kernel },
      ring: { ...ring, highest: this.#highest },
      latency,
      programs: this.#programs(),
    };
  }

  #programs(): readonly ProgramStatus[] {
    const programs: ProgramStatus[] = [];
    this.#collector.ledger.each(({ progId, selfMap, site }, view, at) => {
      const id = progId === 0 ? this.#directory.foreignId(selfMap, site) : progId;
      const known = id === 0 ? undefined : this.#directory.current(id);
      const { begun, denials, lost } = readCounters(view, at);
      programs.push({
        id,
        name: known?.name ?? '?',
        ...(known?.hook === undefined ? {} : { hook: known.hook }),
        ...(known === undefined ? {} : { tag: known.tag }),
        ...(known?.policy === undefined ? {} : { policy: known.policy }),
        records: begun,
        denials,
        lost,
      });
    });
    return programs;
  }
}
