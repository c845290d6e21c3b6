import { setTimeout as delay } from 'node:timers/promises';
import { WANT } from '../abi/abi.ts';
import { JoinPrograms } from '../bpf/join-programs.ts';
import type { ProgramDirectory } from '../bpf/program-directory.ts';
import type { SharedMaps } from '../bpf/shared-maps.ts';
import { SerialGap } from '../events/join/serial-gap.ts';
import { AuditControl } from '../netlink/audit-control.ts';
import type { AuditRecordBatch } from '../netlink/record-batch.ts';
import { ResourceStack } from '../sys/resource-stack.ts';
import type { Collector } from './collector.ts';
import { CompanionKeeper } from './companion-keeper.ts';
import type { EventOutput } from './event-output.ts';
import type { KernelLossName } from './gap-record.ts';
import { auditLines, joinedJson, type Silences } from './joined-format.ts';
import { JoinedOutput } from './joined-output.ts';
import { KernelAudit, type KernelLosses, type KernelRecords, type KernelSource } from './kernel-audit.ts';
import { isOfNode, PluginAudit } from './plugin-audit.ts';
import type { ProgramLife } from './program-life.ts';
import type { SessionOptions } from './session-options.ts';

/** Longest wait at the end for what the kernel still has to say, in milliseconds. */
const SETTLE_MS = 5000;
const SETTLE_LOOK_MS = 5;

/** What a {@link SessionJoin} needs of its session. */
export interface SessionJoinParts {
  readonly collector: Collector;
  readonly programs: ProgramDirectory;
  readonly maps: SharedMaps;
  readonly life: ProgramLife;
  /** Audit's own `exclude` rules. */
  readonly silences: Silences;
  /** Writes down what was lost. */
  readonly lost: (name: KernelLossName, count: number) => void;
}

/** What a session brings in of the kernel: its records, the programs that tell their serials, and companion rules. */
export class SessionJoin implements Disposable {
  readonly #resources = new ResourceStack();
  readonly #parts: SessionJoinParts;
  readonly #kernel: KernelRecords | undefined;
  readonly #programs: JoinPrograms;
  readonly #joined: JoinedOutput;
  #keeper: CompanionKeeper | undefined;

  private constructor(
    options: SessionOptions,
    source: KernelSource,
    parts: SessionJoinParts,
    kernel: KernelRecords | undefined,
  ) {
    this.#parts = parts;
    this.#kernel = kernel && this.#resources.use(kernel);
    try {
      this.#programs = this.#resources.use(new JoinPrograms(parts.maps));
      this.#joined = this.#output(options, source);
    } catch (error) {
      this.#resources[Symbol.dispose]();
      throw error;
    }
  }

  /**
   * Opens the source, and attaches the programs.
   *
   * @throws {BpfauditError} what {@link KernelAudit}, {@link PluginAudit} and {@link JoinPrograms} throw
   */
  static async open(
    options: SessionOptions,
    source: KernelSource,
    parts: SessionJoinParts,
  ): Promise<SessionJoin> {
    const kernel = source === 'serial' ? undefined : await openKernelRecords(source, options.pluginInput);
    return new SessionJoin(options, source, parts, kernel);
  }

  /** Where decisions go. */
  get output(): EventOutput {
    return this.#joined;
  }

  /** What became of the join. */
  get counts(): JoinedOutput['counts'] {
    return this.#joined.counts;
  }

  /** Hands in the kernel's records until the signal, or until there are no more; nothing if they are not read. */
  run(signal: AbortSignal, onLoss: (losses: KernelLosses) => void): Promise<void> | undefined {
    return this.#kernel?.run(signal, (batch) => this.#records(batch), onLoss);
  }

  /** Waits until the kernel has said what it still has to say about decisions that wait, but for 5 s at most. */
  async settle(): Promise<void> {
    const { collector } = this.#parts;
    const until = performance.now() + SETTLE_MS;
    while (this.#joined.waiting > 0 && performance.now() < until) {
      if (!this.#catchUp()) await delay(SETTLE_LOOK_MS);
      collector.drain();
      collector.tick();
    }
  }

  /**
   * Keeps rules in the kernel by which it writes about denials. They come before policies are attached, so that it
   * writes about the first denial too.
   *
   * @param errnos - positive error numbers that policies return
   */
  async keepRules(
    errnos: readonly number[],
    hooks: Iterable<string>,
    say: (line: string) => void = () => {},
  ): Promise<void> {
    const covers = (covered: boolean): void =>
      this.#programs.want(WANT.JOIN | WANT.SUBJECT | (covered ? WANT.RULES : 0));
    this.#keeper = this.#resources.use(
      new CompanionKeeper({ control: AuditControl.open(), errnos, say, onCovered: covers }),
    );
    await this.#keeper.keep(hooks);
  }

  /** Rules are for these hooks from now on, if any are kept. */
  changeHooks(hooks: ReadonlySet<string>): void {
    this.#keeper?.change(hooks);
  }

  /** Takes the rules away again. */
  async removeRules(): Promise<void> {
    await this.#keeper?.remove();
  }

  [Symbol.dispose](): void {
    this.#resources[Symbol.dispose]();
  }

  #output({ json, pluginInput, joinTimes }: SessionOptions, source: KernelSource): JoinedOutput {
    const { collector, programs, life, silences, lost } = this.#parts;
    const { out, serials, left, progress } = collector;
    const gap = new SerialGap(progress.kernelSerial, (events) => lost('kernel-events-unread', events));
    return new JoinedOutput({
      out,
      serials,
      format: json ? joinedJson : auditLines,
      programLife: life,
      ...(pluginInput === undefined
        ? {}
        : { accepts: (batch, index) => isOfNode(batch, index, pluginInput.node) }),
      programs,
      clock: () => performance.now(),
      expectRecords: source !== 'serial',
      position: (from) => collector.positionOf(from),
      catchUp: () => this.#catchUp(),
      silences,
      writeAll: source === 'instead',
      left,
      ...(joinTimes === undefined ? {} : { times: joinTimes }),
      onWritten: (positions) => progress.wrote(positions),
      onSerial: (serial) => {
        gap.seen(serial);
        progress.kernelSerial = gap.last;
      },
      onConfigChange: (body) => this.#keeper?.configChanged(body),
    });
  }

  #records(batch: AuditRecordBatch): void {
    const { collector } = this.#parts;
    // The ring first: the resolver spoke before the kernel sent these.
    collector.drain();
    this.#joined.records(batch);
    collector.flush();
  }

  /** Hands in one batch of what the kernel has sent by now; false if there is none. */
  #catchUp(): boolean {
    const batch = this.#kernel?.take();
    if (batch) this.#records(batch);
    return batch !== undefined;
  }
}

async function openKernelRecords(
  source: Exclude<KernelSource, 'serial'>,
  pluginInput: SessionOptions['pluginInput'],
): Promise<KernelRecords> {
  if (source !== 'plugin') return KernelAudit.open(source);
  if (!pluginInput) throw new TypeError('a plugin needs an input');
  return PluginAudit.open(pluginInput.stream);
}
