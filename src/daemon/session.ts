import { setTimeout as delay } from 'node:timers/promises';
import { Attachment, type AttachedProgram } from '../bpf/attachment.ts';
import { CallOrder } from '../bpf/call-order.ts';
import { endLeftJoin, JoinPrograms } from '../bpf/join-programs.ts';
import { PolicyObject } from '../bpf/policy-object.ts';
import { ProgramDirectory } from '../bpf/program-directory.ts';
import { SharedMaps } from '../bpf/shared-maps.ts';
import type { AuditRecordBatch } from '../netlink/record-batch.ts';
import { realtimeMs } from '../sys/clock.ts';
import { ResourceStack } from '../sys/resource-stack.ts';
import { WANT } from '../abi/abi.ts';
import { AuditControl } from '../netlink/audit-control.ts';
import { CompanionKeeper } from './companion-keeper.ts';
import type { Collector, CollectorCounts } from './collector.ts';
import { DirectOutput } from './direct-output.ts';
import { auditLine, jsonLine } from './event-format.ts';
import { writeLoss, type KernelLossName } from './gap-record.ts';
import { JoinedOutput } from './joined-output.ts';
import { auditLines, joinedJson } from './joined-format.ts';
import { SerialGap } from '../events/join/serial-gap.ts';
import type { KernelRecords, KernelSource } from './kernel-audit.ts';
import { isOfNode } from './plugin-audit.ts';
import { ownRecordJson, ownRecordLine, type OwnRecord } from './own-record.ts';
import type { ProgramLife } from './program-life.ts';
import { SessionRules } from './rules/session-rules.ts';
import { newCollector, openKernelRecords, programLife } from './session-parts.ts';
import type { SessionOptions } from './session-options.ts';
import { SessionMeter, type SessionStatus } from './session-status.ts';

/** How often the kernel's programs are looked at, in milliseconds. */
const LOOK_MS = 5000;
/** How long programs may take to vanish after they were detached. */
const UNLOAD_MS = 500;
const UNLOAD_STEP_MS = 10;

/** Longest wait at the end for what the kernel still has to say, in milliseconds. */
const SETTLE_MS = 5000;
const SETTLE_LOOK_MS = 5;

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
  #directory!: ProgramDirectory;
  #life!: ProgramLife;
  #collector!: Collector;
  #meter!: SessionMeter;
  #joined: JoinedOutput | undefined;
  #kernel: KernelRecords | undefined;
  #joinPrograms: JoinPrograms | undefined;
  #keeper: CompanionKeeper | undefined;
  #rules!: SessionRules;

  private constructor(json: boolean) {
    this.#json = json;
  }

  /**
   * Opens, checks, loads and attaches everything, or nothing.
   *
   * @throws {BpfauditError} what {@link PolicyObject}, {@link SharedMaps}, {@link JoinPrograms} and
   * {@link KernelAudit} throw
   */
  static async open(options: SessionOptions): Promise<Session> {
    const session = new Session(options.json);
    try {
      await session.#open(options);
      return session;
    } catch (error) {
      await session.#keeper?.remove();
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
  get joinCounts(): JoinedOutput['counts'] | undefined {
    return this.#joined?.counts;
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
    const { out, serials } = this.#collector;
    const ms = realtimeMs();
    const id = { seconds: Math.floor(ms / 1000), milliseconds: ms % 1000, serial: serials.next() >>> 0 };
    (this.#json ? ownRecordJson : ownRecordLine)(out, id, record);
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
    const kernel = this.#kernel?.run(
      signal,
      (batch) => this.#records(batch),
      (losses) => {
        this.#meter.kernelLost(losses);
        this.#lost('kernel-audit-lost', losses.lost);
        this.#lost('netlink-records-dropped', losses.dropped);
      },
    );
    // what has waited for a reader comes first: a look at all programs takes its time
    this.#collector.drain();
    this.#look();
    const timer = setInterval(() => this.#look(), LOOK_MS);
    try {
      await Promise.all([kernel?.finally(() => over.abort()), this.#collector.run(signal)]);
    } finally {
      clearInterval(timer);
      await this.#unload(stop.aborted);
    }
  }

  #lost(name: KernelLossName, count: number): void {
    const { out, serials } = this.#collector;
    writeLoss(out, this.#json ? ownRecordJson : ownRecordLine, serials, name, count);
  }

  /** Programs of others come and go: they get rules too. */
  #look(): void {
    this.#life.look();
    this.#meter.look();
    const own = this.programs.map(({ hook }) => hook);
    this.#keeper?.change(new Set([...own, ...this.#directory.hooks()]));
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
    await this.#settle();
    this.#collector.end();
    this.#rules.tell();
    await this.#keeper?.remove();
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

  #records(batch: AuditRecordBatch): void {
    // The ring first: the resolver spoke before the kernel sent these.
    this.#collector.drain();
    this.#joined?.records(batch);
    this.#collector.flush();
  }

  /** Hands in one batch of what the kernel has sent by now; false if there is none. */
  #catchUp(): boolean {
    const batch = this.#kernel?.take();
    if (batch) this.#records(batch);
    return batch !== undefined;
  }

  async #settle(): Promise<void> {
    const until = performance.now() + SETTLE_MS;
    this.#collector.drain();
    while ((this.#joined?.waiting ?? 0) > 0 && performance.now() < until) {
      if (!this.#catchUp()) await delay(SETTLE_LOOK_MS);
      this.#collector.drain();
      this.#collector.tick();
    }
  }

  async #open(options: SessionOptions): Promise<void> {
    const policies = options.policies.map((path) => this.#usePolicy(PolicyObject.open(path)));
    const maps = this.#resources.use(
      SharedMaps.open(options.ringSize === undefined ? {} : { ringSize: options.ringSize }),
    );
    const programs = new ProgramDirectory(
      maps.fd('bpf_audit_foreign'),
      maps.fd('bpf_audit_ring'),
      maps.programs,
      new CallOrder(maps.programs, maps.policies),
    );
    this.#directory = programs;
    this.#openCollector(options, programs, maps);
    if (options.join === undefined) this.#writeDirectly(options.json, maps);
    else await this.#writeJoined(options, options.join, programs, maps);
    for (const policy of policies)
      policy.load(maps, options.paths === undefined ? {} : { via: options.paths });
    if (options.ruleErrnos !== undefined) await this.#keepRules(options.ruleErrnos, policies, options.say);
    for (const policy of policies) this.#attach(policy, maps, options.only);
    this.#rules.start();
  }

  /** Policies go before everything else does, so that what they still decide is read. */
  #usePolicy<T extends Disposable>(resource: T): T {
    this.#policies.push(resource);
    return resource;
  }

  #openCollector(options: SessionOptions, programs: ProgramDirectory, maps: SharedMaps): void {
    const { json, join } = options;
    this.#collector = this.#resources.use(newCollector(options, programs, maps));
    this.#lost('waiting-records-lost', this.#collector.progress.goneWhenKilled);
    this.#meter = new SessionMeter(this.#collector, programs);
    this.#life = programLife(this.#collector, programs, {
      json,
      expectRecords: join !== undefined && join !== 'serial',
    });
    const { out, serials, leftOut } = this.#collector;
    this.#rules = this.#resources.use(new SessionRules({ maps, programs, out, serials, json, leftOut }));
  }

  #attach(policy: PolicyObject, maps: SharedMaps, only: readonly string[] | undefined): void {
    const chosen = policy.programs.filter(({ name }) => only?.includes(name) ?? true);
    for (const program of this.#usePolicy(new Attachment(policy, maps, chosen)).programs) {
      const known = { ...program, type: 'lsm', policy: policy.name };
      this.#directory.add(known);
      this.#life.loaded(known);
      this.programs.push({ ...program, object: policy.name });
    }
  }

  #writeDirectly(json: boolean, maps: SharedMaps): void {
    endLeftJoin(maps);
    const { out, serials } = this.#collector;
    const format = json ? jsonLine : auditLine;
    const direct = new DirectOutput(out, format, serials, this.#collector.left);
    this.#collector.writeTo(this.#rules.before(direct));
  }

  async #writeJoined(
    { json, pluginInput, joinTimes }: SessionOptions,
    source: KernelSource,
    programs: ProgramDirectory,
    maps: SharedMaps,
  ): Promise<void> {
    if (source !== 'serial') {
      this.#kernel = this.#resources.use(await openKernelRecords(source, pluginInput));
    }
    this.#joinPrograms = this.#resources.use(new JoinPrograms(maps));
    const { progress } = this.#collector;
    const gap = new SerialGap(progress.kernelSerial, (events) => this.#lost('kernel-events-unread', events));
    this.#joined = new JoinedOutput({
      out: this.#collector.out,
      serials: this.#collector.serials,
      format: json ? joinedJson : auditLines,
      programLife: this.#life,
      ...(pluginInput === undefined
        ? {}
        : { accepts: (batch, index) => isOfNode(batch, index, pluginInput.node) }),
      programs,
      clock: () => performance.now(),
      expectRecords: source !== 'serial',
      position: (from) => this.#collector.positionOf(from),
      catchUp: () => this.#catchUp(),
      writeAll: source === 'instead',
      left: this.#collector.left,
      ...(joinTimes === undefined ? {} : { times: joinTimes }),
      onWritten: (positions) => progress.wrote(positions),
      onSerial: (serial) => {
        gap.seen(serial);
        progress.kernelSerial = gap.last;
      },
      onConfigChange: (body) => this.#keeper?.configChanged(body),
    });
    this.#collector.writeTo(this.#rules.before(this.#joined));
  }

  /** The rules come before the policies are attached, so that the kernel writes about the first denial too. */
  async #keepRules(
    errnos: readonly number[],
    policies: readonly PolicyObject[],
    say: (line: string) => void = () => {},
  ): Promise<void> {
    this.#keeper = this.#resources.use(
      new CompanionKeeper({
        control: AuditControl.open(),
        errnos,
        say,
        onCovered: (covered) =>
          this.#joinPrograms?.want(WANT.JOIN | WANT.SUBJECT | (covered ? WANT.RULES : 0)),
      }),
    );
    await this.#keeper.keep(policies.flatMap(({ programs }) => programs.map(({ hook }) => hook)));
  }
}
