import { Attachment, type AttachedProgram } from '../bpf/attachment.ts';
import { JoinPrograms } from '../bpf/join-programs.ts';
import type { PathVia } from '../bpf/path-via.ts';
import { PolicyObject } from '../bpf/policy-object.ts';
import { ProgramDirectory } from '../bpf/program-directory.ts';
import { SharedMaps } from '../bpf/shared-maps.ts';
import { ResourceStack } from '../sys/resource-stack.ts';
import { Collector, type CollectorCounts, type RecordSink } from './collector.ts';
import { DirectOutput } from './direct-output.ts';
import { auditLine, jsonLine } from './event-format.ts';
import { auditGap, jsonGap, writeKernelLoss } from './gap-record.ts';
import { JoinedOutput } from './joined-output.ts';
import { auditLines, joinedJson } from './joined-format.ts';
import { KernelAudit, type KernelSource } from './kernel-audit.ts';

/** What a session is to do. */
export interface SessionOptions {
  /** Paths of policy objects; none: just collect. */
  readonly policies: readonly string[];
  readonly sink: RecordSink;
  /** One JSON object a line instead of audit records. */
  readonly json: boolean;
  /** Bring the kernel's own records in; absent: each decision is a line of its own. */
  readonly join?: KernelSource;
  /** How paths are rendered; @default the best way */
  readonly paths?: PathVia;
  /** Size of the ring if it has to be made, in bytes; @default 16 MiB */
  readonly ringSize?: number;
}

/** A program that the session attached, and the object it came from. */
export type SessionProgram = AttachedProgram & { readonly object: string };

/** Policies attached and their records on the way to a sink, until it is disposed. */
export class Session implements Disposable {
  /** What is attached. */
  readonly programs: SessionProgram[] = [];
  readonly #resources = new ResourceStack();
  #collector!: Collector;
  #joined: JoinedOutput | undefined;
  #kernel: KernelAudit | undefined;

  private constructor() {
    // made by open()
  }

  /**
   * Opens, checks, loads and attaches everything, or nothing.
   *
   * @throws {BpfauditError} what {@link PolicyObject}, {@link SharedMaps}, {@link JoinPrograms} and
   * {@link KernelAudit} throw
   */
  static async open(options: SessionOptions): Promise<Session> {
    const session = new Session();
    try {
      await session.#open(options);
      return session;
    } catch (error) {
      session[Symbol.dispose]();
      throw error;
    }
  }

  /** What was counted so far. */
  get counts(): CollectorCounts {
    return this.#collector.counts;
  }

  /** What became of the join, if there is one. */
  get joinCounts(): JoinedOutput['counts'] | undefined {
    return this.#joined?.counts;
  }

  /** Reads until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    const kernel = this.#kernel?.run(
      signal,
      (batch) => {
        // The ring first: the resolver spoke before the kernel sent these.
        this.#collector.drain();
        this.#joined?.records(batch);
        this.#collector.flush();
      },
      (losses) => writeKernelLoss(this.#collector.out, this.#collector.serials, losses),
    );
    await Promise.all([kernel, this.#collector.run(signal)]);
    this.#collector.flush();
  }

  [Symbol.dispose](): void {
    this.#resources[Symbol.dispose]();
  }

  async #open(options: SessionOptions): Promise<void> {
    const use = <T extends Disposable>(resource: T): T => this.#resources.use(resource);
    const policies = options.policies.map((path) => use(PolicyObject.open(path)));
    const maps = use(SharedMaps.open(options.ringSize === undefined ? {} : { ringSize: options.ringSize }));
    const programs = new ProgramDirectory(maps.fd('bpf_audit_foreign'));
    const gapFormat = options.json ? jsonGap : auditGap;
    this.#collector = use(new Collector({ maps, programs, sink: options.sink, gapFormat }));
    if (options.join === undefined) this.#writeDirectly(options.json);
    else await this.#writeJoined(options.join, options.json, programs, maps);
    for (const policy of policies) policy.load(maps, options.paths);
    for (const policy of policies) {
      for (const program of use(new Attachment(policy, maps)).programs) {
        programs.add(program);
        this.programs.push({ ...program, object: policy.name });
      }
    }
  }

  #writeDirectly(json: boolean): void {
    const { out, serials } = this.#collector;
    this.#collector.writeTo(new DirectOutput(out, json ? jsonLine : auditLine, serials));
  }

  async #writeJoined(
    source: KernelSource,
    json: boolean,
    programs: ProgramDirectory,
    maps: SharedMaps,
  ): Promise<void> {
    if (source !== 'serial') this.#kernel = this.#resources.use(await KernelAudit.open(source));
    this.#resources.use(new JoinPrograms(maps));
    this.#joined = new JoinedOutput({
      out: this.#collector.out,
      serials: this.#collector.serials,
      format: json ? joinedJson : auditLines,
      programs,
      clock: () => performance.now(),
      expectRecords: source !== 'serial',
      writeAll: source === 'instead',
    });
    this.#collector.writeTo(this.#joined);
  }
}
