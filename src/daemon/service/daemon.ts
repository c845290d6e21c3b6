import { listPolicies, type PolicyStatus } from '../../policy/list-policies.ts';
import { messageOf } from '../../errors/thrown.ts';
import { hostContext } from '../../rules/host-context.ts';
import { loadConfig } from '../config/load-config.ts';
import { logPolicy } from '../config/log-settings.ts';
import { defaultSettings } from '../config/read-config.ts';
import { loaderSettings } from '../config/session-settings.ts';
import type { Settings } from '../config/settings.ts';
import { ControlServer } from '../control/control-server.ts';
import { MetricsServer } from '../metrics/metrics-server.ts';
import { prometheusText } from '../metrics/prometheus.ts';
import type { Session } from '../session.ts';
import { bringRules } from './configured-rules.ts';
import { endRecord, reconfiguredRecord, refusedRecord, startRecord, type Writer } from './daemon-records.ts';
import { openParts, type DaemonParts } from './daemon-parts.ts';
import type { DaemonStatus, LoadedPolicy } from './daemon-status.ts';
import { replaceFile } from './replace-file.ts';
import { settingChanges } from './setting-changes.ts';
import { bringAndTell } from './tell-policies.ts';
import type { Voices } from './voices.ts';

/** How a {@link Daemon} is started. */
export interface DaemonOptions {
  readonly configFile: string;
  readonly version: string;
  /** Told about what an operator should see, a line at a time. */
  readonly say: (line: string) => void;
  /** Folder of what lives until the next boot: @default /run/bpfaudit */
  readonly runFolder?: string;
}

/** Where the daemon keeps what lives until the next boot. */
const RUN_FOLDER = '/run/bpfaudit';

/** It looks at the ring once a second; so long may it take until something is wrong. */
const ALIVE_MS = 10_000;

/** The daemon: everything that a configuration asks for, from the ring to the log, until it is told to end. */
export class Daemon implements AsyncDisposable {
  readonly #options: DaemonOptions;
  readonly #parts: DaemonParts;
  readonly #stop = new AbortController();
  readonly #servers: AsyncDisposable[] = [];
  readonly #timers: NodeJS.Timeout[] = [];
  /** What goes on beside the collecting; it tells the session, and so is over before that is. */
  readonly #beside = new Set<Promise<void>>();
  #settings: Settings;

  private constructor(options: DaemonOptions, settings: Settings, parts: DaemonParts) {
    this.#options = options;
    this.#settings = settings;
    this.#parts = parts;
  }

  /**
   * Starts everything, or nothing.
   *
   * @throws {BpfauditError} `E_CONFIG`, `E_CONTROL`, `E_METRICS`, and what {@link openParts} throws
   */
  static async start(options: DaemonOptions): Promise<Daemon> {
    const settings = loadConfig(options.configFile);
    const parts = await openParts(settings, { runFolder: runFolderOf(options), say: options.say });
    const daemon = new Daemon(options, settings, parts);
    try {
      await daemon.#begin();
      return daemon;
    } catch (error) {
      await daemon[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Collects until {@link end} is called. */
  async run(): Promise<void> {
    await this.#session.run(this.#stop.signal);
    await this.#endBeside();
    this.#session.tell(endRecord(ownProcess()));
  }

  /** Whether it still looks at the ring. */
  get isAlive(): boolean {
    return this.#session.idleMs < ALIVE_MS;
  }

  /** SIGTERM: what was read is written, then {@link run} ends. */
  end(): void {
    this.#stop.abort();
  }

  /** SIGHUP: reads the configuration again. One that is wrong changes nothing, and the log says so. */
  reload(): 'taken' | 'refused' {
    let settings: Settings;
    try {
      settings = loadConfig(this.#options.configFile);
    } catch (error) {
      this.#refused(error);
      return 'refused';
    }
    const { session, log, rotatedLogs, receivers } = this.#parts;
    const changes = settingChanges(this.#settings, settings);
    this.#settings = changes.inForce;
    log?.configure(logPolicy(this.#settings.log));
    rotatedLogs.configure(this.#settings.log);
    this.#goOnBeside('receivers', receivers.configure(this.#settings));
    session.tell(reconfiguredRecord(changes));
    this.#bringRules();
    this.#goOnBeside('policies', this.#bringPolicies());
    const { restart } = changes;
    if (restart.length > 0) this.#options.say(`takes effect at the next start: ${restart.join(', ')}`);
    return 'taken';
  }

  /** SIGUSR1: begins a new log. */
  rotate(): boolean {
    this.#session.flush();
    return this.#parts.log?.rotate() ?? false;
  }

  /** SIGUSR2: goes on writing after an action has suspended it. */
  resume(): void {
    this.#parts.log?.resume();
    this.#parts.receivers.resume();
    this.#session.flush();
  }

  /** What the daemon counted, as one object. */
  status(): DaemonStatus {
    const { log, receivers } = this.#parts;
    return {
      version: this.#options.version,
      pid: process.pid,
      uptimeSeconds: Math.floor(process.uptime()),
      configFile: this.#options.configFile,
      residentBytes: process.memoryUsage.rss(),
      ...this.#session.status(),
      ...(log === undefined
        ? {}
        : { log: { file: this.#settings.log.log_file, ...log.counts, suspended: log.suspended } }),
      receivers: receivers.status,
      policies: listPolicies().map(loadedPolicy),
    };
  }

  /** SIGCONT: writes the status to a file beside the lock. */
  writeState(): void {
    this.#writeStatus('bpfauditd.state');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    for (const server of this.#servers.splice(0)) await server[Symbol.asyncDispose]();
    await this.#endBeside();
    await this.#parts.receivers[Symbol.asyncDispose]();
    this.#parts.resources[Symbol.dispose]();
  }

  get #session(): Session {
    return this.#parts.session;
  }

  #goOnBeside(what: string, work: Promise<void>): void {
    const known = work
      .catch((error: unknown) => this.#options.say(`${what}: ${messageOf(error)}`))
      .finally(() => this.#beside.delete(known));
    this.#beside.add(known);
  }

  async #endBeside(): Promise<void> {
    this.#stop.abort();
    await this.#parts.rotatedLogs[Symbol.asyncDispose]();
    await Promise.all(this.#beside);
  }

  #writeStatus(name: string): void {
    const file = `${runFolderOf(this.#options)}/${name}`;
    try {
      replaceFile(file, `${JSON.stringify(this.status(), undefined, 2)}\n`);
    } catch (error) {
      // Nobody waits for it: a full /run is no reason to end.
      this.#options.say(`write ${file}: ${messageOf(error)}`);
    }
  }

  async #begin(): Promise<void> {
    await this.#serve();
    this.#session.tell(startRecord(this.#options.version, this.#settings, ownProcess()));
    // Before policies are attached: the first thing that they say meets the rules.
    this.#bringRules();
    await this.#bringPolicies();
  }

  #bringRules(): void {
    const { directory } = this.#settings.rules;
    const mayBeAbsent = directory === defaultSettings().rules.directory;
    const place = { store: this.#session.ruleStore, context: hostContext, mayBeAbsent };
    bringRules(directory, place, this.#voices);
  }

  #bringPolicies(): Promise<void> {
    const options = { ...loaderSettings(this.#settings), signal: this.#stop.signal };
    return bringAndTell(this.#settings.policies.directory, options, this.#voices);
  }

  get #voices(): Voices {
    return { say: this.#options.say, tell: (record) => this.#session.tell(record) };
  }

  async #serve(): Promise<void> {
    const { control, metrics } = this.#settings;
    const commands = {
      status: () => this.status(),
      metrics: () => prometheusText(this.status()),
      reload: () => this.reload(),
      rotate: () => this.rotate(),
      resume: () => this.resume(),
    };
    this.#servers.push(
      await ControlServer.open(control.socket, commands, (uid) =>
        this.#options.say(`uid ${uid} is not let in at ${control.socket}`),
      ),
    );
    if (metrics.listen !== '') {
      this.#servers.push(await MetricsServer.open(metrics.listen, () => prometheusText(this.status())));
    }
    if (metrics.report_interval > 0) {
      const write = (): void => this.#writeStatus('status.json');
      this.#timers.push(setInterval(write, metrics.report_interval * 1000).unref());
    }
  }

  #refused(error: unknown): void {
    this.#options.say(`the old configuration stays: ${messageOf(error)}`);
    this.#session.tell(refusedRecord(error));
  }
}

function loadedPolicy({ name, version, mode, generation, state }: PolicyStatus): LoadedPolicy {
  return { name, ...(version === undefined ? {} : { version }), mode, generation, state };
}

function runFolderOf({ runFolder = RUN_FOLDER }: DaemonOptions): string {
  return runFolder;
}

function ownProcess(): Writer {
  return { pid: process.pid, uid: process.getuid?.() ?? 0 };
}
