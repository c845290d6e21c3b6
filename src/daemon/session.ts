import { setTimeout as delay } from 'node:timers/promises';
import { Attachment, type AttachedProgram } from '../bpf/attachment.ts';
import { endLeftJoin } from '../bpf/join-programs.ts';
import { PolicyObject } from '../bpf/policy-object.ts';
import type { ProgramDirectory } from '../bpf/program-directory.ts';
import { SharedMaps } from '../bpf/shared-maps.ts';
import { messageOf } from '../errors/thrown.ts';
import { realtimeMs } from '../sys/clock.ts';
import { ResourceStack } from '../sys/resource-stack.ts';
import type { Collector, CollectorCounts } from './collector.ts';
import { DirectOutput } from './direct-output.ts';
import { auditLine, jsonLine } from './event-format.ts';
import { lossRecord, type KernelLossName } from './gap-record.ts';
import { ownRecordJson, ownRecordLine, type OwnRecord } from './own-record.ts';
import type { KernelSource } from './kernel-audit.ts';
import type { ProgramLife } from './program-life.ts';
import { SessionRules } from './rules/session-rules.ts';
import { SessionJoin } from './session-join.ts';
import { newCollector, programDirectory, programLife } from './session-parts.ts';
import type { SessionOptions } from './session-options.ts';
import { SessionMeter, type SessionStatus } from './session-status.ts';

/** How often the kernel's programs are looked at, in milliseconds. */
const LOOK_MS = 5000;
/** How long programs may take to vanish after they were detached. */
const UNLOAD_MS = 500;
const UNLOAD_STEP_MS = 10;

/** A program that the session attached, and the object it came from. */
export type SessionProgram = AttachedProgram & { readonly object: string };

/** Policies attached and their records on the way to a sink, until it is disposed. */
export class Session implements Disposable {
  /** What is attached. */
  readonly programs: SessionProgram[] = [];
  readonly #resources = new ResourceStack();
  /** Disposed before all others. */
  readonly #policies: Disposable[] = [];
  readonly #json: boolean;
  readonly #say: (line: string) => void;
  readonly #objects: readonly PolicyObject[];
  readonly #maps: SharedMaps;
  readonly #directory: ProgramDirectory;
  readonly #collector: Collector;
  readonly #meter: SessionMeter;
  readonly #life: ProgramLife;
  readonly #rules: SessionRules;
  #join: SessionJoin | undefined;
  #said = '';

  /** Opens and checks everything, loads and attaches nothing. */
  private constructor(options: SessionOptions) {
    const { json, join, say = () => {}, ringSize } = options;
    this.#json = json;
    this.#say = say;
    try {
      this.#objects = options.policies.map((path) => this.#usePolicy(PolicyObject.open(path)));
      this.#maps = this.#resources.use(SharedMaps.open(ringSize === undefined ? {} : { ringSize }));
      this.#directory = programDirectory(this.#maps);
      this.#collector = this.#resources.use(newCollector(options, this.#directory, this.#maps));
      this.#lost('waiting-records-lost', this.#collector.progress.goneWhenKilled);
      this.#meter = new SessionMeter(this.#collector, this.#directory);
      const expectRecords = join !== undefined && join !== 'serial';
      this.#life = programLife(this.#collector, this.#directory, { json, expectRecords });
      this.#rules = this.#resources.use(this.#newRules());
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /**
   * Opens, checks, loads and attaches everything, or nothing.
   *
   * @throws {BpfauditError} what {@link PolicyObject}, {@link SharedMaps} and {@link SessionJoin} throw
   */
  static async open(options: SessionOptions): Promise<Session> {
    const session = new Session(options);
    try {
      await session.#begin(options);
      return session;
    } catch (error) {
      await session.#join?.removeRules();
      session[Symbol.dispose]();
      throw error;
    }
  }

  /** What was counted so far. */
  get counts(): CollectorCounts {
    return this.#collector.counts;
  }

  /** Milliseconds since it last looked at the ring; it looks at least once a second. */
  get idleMs(): number {
    return performance.now() - this.#collector.tickedMs;
  }

  /** Everything that is counted between the kernel and the sink. */
  status(): SessionStatus {
    return this.#meter.status(this.joinCounts);
  }

  /** What became of the join, if there is one. */
  get joinCounts(): SessionJoin['counts'] | undefined {
    return this.#join?.counts;
  }

  /** What rules have held back. */
  get ruleCounts(): SessionRules['counts'] {
    return this.#rules.counts;
  }

  /** The list `bpf`, to be changed. */
  get ruleStore(): SessionRules['store'] {
    return this.#rules.store;
  }

  /** A serial for an event of bpfaudit itself. */
  ownSerial(): number {
    return this.#collector.serials.next() >>> 0;
  }

  /** Writes a record of bpfaudit's own, at this place of the log. */
  tell(record: OwnRecord): void {
    this.#write(record);
    this.#collector.flush();
  }

  /** Takes what is in the ring now, and hands all lines to the sink. */
  flush(): void {
    this.#collector.drain();
    this.#collector.tick();
  }

  /** Whether the kernel gave a serial, and so writes about that event itself. */
  kernelGave(serial: number): boolean {
    return !this.#collector.serials.owns(serial);
  }

  /**
   * Reads until the signal, or until auditd closes a plugin's input. Then the policies are detached, and what
   * they decided is written down, with those of the kernel's records that come within 5 s.
   */
  async run(stop: AbortSignal): Promise<void> {
    const over = new AbortController();
    const signal = AbortSignal.any([stop, over.signal]);
    const kernel = this.#join?.run(signal, (losses) => {
      this.#meter.kernelLost(losses);
      this.#lost('kernel-audit-lost', losses.lost);
      this.#lost('netlink-records-dropped', losses.dropped);
    });
    // what has waited for a reader comes first: a look at all programs takes its time
    this.#collector.drain();
    const look = (): void => {
      try {
        this.#look();
      } catch (error) {
        this.#failed(error);
      }
    };
    look();
    const timer = setInterval(look, LOOK_MS);
    try {
      await Promise.all([kernel?.finally(() => over.abort()), this.#collector.run(signal)]);
    } finally {
      clearInterval(timer);
      await this.#unload(stop.aborted);
    }
  }

  #lost(name: KernelLossName, count: number): void {
    if (count > 0) this.#write(lossRecord(name, count));
  }

  #write(record: OwnRecord): void {
    const { out, serials } = this.#collector;
    (this.#json ? ownRecordJson : ownRecordLine)(out, serials.idAt(realtimeMs()), record);
  }

  /** What is looked at from time to time may fail for a while: said once, it is no reason to stop reading. */
  #failed(error: unknown): void {
    const line = `a look at programs and rules failed: ${messageOf(error)}`;
    if (line !== this.#said) this.#say(line);
    this.#said = line;
  }

  /** Programs of others come and go: they get rules too. */
  #look(): void {
    this.#life.look();
    this.#meter.look();
    const own = this.programs.map(({ hook }) => hook);
    this.#join?.changeHooks(new Set([...own, ...this.#directory.hooks()]));
    this.#rules.look();
    this.#collector.flush();
  }

  /**
   * Detaches the policies, writes down what they decided, then takes their rules away, and tells about the end
   * of the programs.
   *
   * @param isWanted - otherwise auditd has ended, and the next one's plugin tells what nobody has read
   */
  async #unload(isWanted: boolean): Promise<void> {
    for (const resource of this.#policies.splice(0).toReversed()) resource[Symbol.dispose]();
    this.#collector.drain();
    await this.#join?.settle();
    this.#collector.end();
    this.#rules.tell();
    await this.#join?.removeRules();
    // The kernel frees programs a moment after their last user is gone; those that are pinned stay.
    const deadline = performance.now() + UNLOAD_MS;
    do await delay(UNLOAD_STEP_MS);
    while (this.programs.some(({ id }) => this.#directory.isLoaded(id)) && performance.now() < deadline);
    this.#life.end();
    if (isWanted) this.#collector.progress.kernelSerial = 0;
    this.#collector.flush();
  }

  [Symbol.dispose](): void {
    for (const resource of this.#policies.splice(0).toReversed()) resource[Symbol.dispose]();
    this.#resources[Symbol.dispose]();
  }

  /** Loads and attaches. */
  async #begin(options: SessionOptions): Promise<void> {
    if (options.join === undefined) this.#writeDirectly();
    else await this.#writeJoined(options, options.join);
    const { paths, only, ruleErrnos } = options;
    for (const object of this.#objects)
      object.load(this.#maps, {
        ...(paths !== undefined && { via: paths }),
        ...(only !== undefined && { only }),
      });
    if (ruleErrnos !== undefined) {
      const hooks = this.#objects.flatMap(({ programs }) => programs.map(({ hook }) => hook));
      await this.#join?.keepRules(ruleErrnos, hooks, options.say);
    }
    for (const object of this.#objects) this.#attach(object, only);
    this.#rules.start();
  }

  /** Policies go before everything else does, so that what they still decide is read. */
  #usePolicy<T extends Disposable>(resource: T): T {
    this.#policies.push(resource);
    return resource;
  }

  #newRules(): SessionRules {
    const { out, serials, leftOut } = this.#collector;
    return new SessionRules({
      maps: this.#maps,
      programs: this.#directory,
      out,
      serials,
      json: this.#json,
      leftOut,
      failed: (error) => this.#failed(error),
    });
  }

  #attach(policy: PolicyObject, only: readonly string[] | undefined): void {
    const chosen = policy.programs.filter(({ name }) => only?.includes(name) ?? true);
    for (const program of this.#usePolicy(new Attachment(policy, this.#maps, chosen)).programs) {
      const known = { ...program, type: 'lsm', policy: policy.name };
      this.#directory.add(known);
      this.#life.loaded(known);
      this.programs.push({ ...program, object: policy.name });
    }
  }

  #writeDirectly(): void {
    endLeftJoin(this.#maps);
    const { out, serials, left } = this.#collector;
    const direct = new DirectOutput(out, this.#json ? jsonLine : auditLine, serials, left);
    this.#collector.writeTo(this.#rules.before(direct));
  }

  async #writeJoined(options: SessionOptions, source: KernelSource): Promise<void> {
    this.#join = this.#resources.use(
      await SessionJoin.open(options, source, {
        collector: this.#collector,
        programs: this.#directory,
        maps: this.#maps,
        life: this.#life,
        silences: (type, decision) => this.#rules.silences(type, decision),
        lost: (name, count) => this.#lost(name, count),
      }),
    );
    this.#collector.writeTo(this.#rules.before(this.#join.output));
  }
}
