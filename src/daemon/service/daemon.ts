import { mkdirSync } from 'node:fs';
import { setPriority } from 'node:os';
import { dirname } from 'node:path';
import { listPolicies, type PolicyStatus } from '../../policy/list-policies.ts';
import { messageOf } from '../../errors/thrown.ts';
import { GuardedLog } from '../../log/guarded-log.ts';
import { RotatedLogs } from './rotated-logs.ts';
import type { LogEvent } from '../../log/log-event.ts';
import { auditLogRecords, jsonLogRecords } from '../../log/log-record.ts';
import { hostContext } from '../../rules/host-context.ts';
import { realtimeMs } from '../../sys/clock.ts';
import { ProcessLock } from '../../sys/process-lock.ts';
import { ResourceStack } from '../../sys/resource-stack.ts';
import { loadConfig } from '../config/load-config.ts';
import { logOptions, logPolicy } from '../config/log-settings.ts';
import { defaultSettings } from '../config/read-config.ts';
import { loaderSettings, sessionSettings } from '../config/session-settings.ts';
import type { Settings } from '../config/settings.ts';
import { ControlServer } from '../control/control-server.ts';
import { diskEffects } from '../disk-effects.ts';
import { Receivers } from '../forward/receivers.ts';
import { MetricsServer } from '../metrics/metrics-server.ts';
import { prometheusText } from '../metrics/prometheus.ts';
import { Session } from '../session.ts';
import { bringRules } from './configured-rules.ts';
import {
  endRecord,
  notTendedRecord,
  reconfiguredRecord,
  refusedRecord,
  startRecord,
  type Writer,
} from './daemon-records.ts';
import { DaemonSink } from './daemon-sink.ts';
import type { DaemonStatus, LoadedPolicy } from './daemon-status.ts';
import { nodePrefix } from './node-name.ts';
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
  readonly #resources = new ResourceStack();
  readonly #stop = new AbortController();
  readonly #servers: AsyncDisposable[] = [];
  readonly #timers: NodeJS.Timeout[] = [];
  /** What goes on beside the collecting; it tells the session, and so is over before that is. */
  readonly #beside = new Set<Promise<void>>();
  #settings: Settings;
  #session!: Session;
  #log: GuardedLog | undefined;
  #sink!: DaemonSink;
  #receivers: Receivers | undefined;
  readonly #rotatedLogs = new RotatedLogs((op, error) => {
    this.#options.say(messageOf(error));
    this.#session.tell(notTendedRecord(op, error));
  });

  private constructor(options: DaemonOptions, settings: Settings) {
    this.#options = options;
    this.#settings = settings;
  }

  /**
   * Starts everything, or nothing.
   *
   * @throws {BpfauditError} `E_CONFIG`, `E_DAEMON_RUNS`, `E_DAEMON_LOCK`, `E_LOG`, `E_LOG_UNSAFE`, and what
   * {@link Session.open} throws
   */
  static async start(options: DaemonOptions): Promise<Daemon> {
    const daemon = new Daemon(options, loadConfig(options.configFile));
    try {
      await daemon.#start();
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
    const changes = settingChanges(this.#settings, settings);
    this.#settings = changes.inForce;
    this.#log?.configure(logPolicy(this.#settings.log));
    if (this.#receivers) this.#goOnBeside('receivers', this.#receivers.configure(this.#settings));
    this.#session.tell(reconfiguredRecord(changes));
    this.#bringRules();
    this.#goOnBeside('policies', this.#bringPolicies());
    const { restart } = changes;
    if (restart.length > 0) this.#options.say(`takes effect at the next start: ${restart.join(', ')}`);
    return 'taken';
  }

  /** SIGUSR1: begins a new log. */
  rotate(): boolean {
    this.#session.flush();
    return this.#log?.rotate() ?? false;
  }

  /** SIGUSR2: goes on writing after an action has suspended it. */
  resume(): void {
    this.#log?.resume();
    this.#receivers?.resume();
    this.#session.flush();
  }

  /** What the daemon counted, as one object. */
  status(): DaemonStatus {
    const { log } = this.#settings;
    return {
      version: this.#options.version,
      pid: process.pid,
      uptimeSeconds: Math.floor(process.uptime()),
      configFile: this.#options.configFile,
      residentBytes: process.memoryUsage.rss(),
      ...this.#session.status(),
      ...(this.#log === undefined
        ? {}
        : { log: { file: log.log_file, ...this.#log.counts, suspended: this.#log.suspended } }),
      receivers: this.#receivers?.status ?? [],
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
    await this.#receivers?.[Symbol.asyncDispose]();
    this.#resources[Symbol.dispose]();
  }

  #goOnBeside(what: string, work: Promise<void>): void {
    const known = work
      .catch((error: unknown) => this.#options.say(`${what}: ${messageOf(error)}`))
      .finally(() => this.#beside.delete(known));
    this.#beside.add(known);
  }

  async #endBeside(): Promise<void> {
    this.#stop.abort();
    await this.#rotatedLogs[Symbol.asyncDispose]();
    await Promise.all(this.#beside);
  }

  #writeStatus(name: string): void {
    const file = `${this.#options.runFolder ?? RUN_FOLDER}/${name}`;
    try {
      replaceFile(file, `${JSON.stringify(this.status(), undefined, 2)}\n`);
    } catch (error) {
      // Nobody waits for it: a full /run is no reason to end.
      this.#options.say(`write ${file}: ${messageOf(error)}`);
    }
  }

  async #start(): Promise<void> {
    const { settings, prefix } = { settings: this.#settings, prefix: await nodePrefix(this.#settings.log) };
    const runFolder = this.#options.runFolder ?? RUN_FOLDER;
    mkdirSync(runFolder, { recursive: true, mode: 0o755 });
    this.#resources.use(new ProcessLock(`${runFolder}/bpfauditd.pid`));
    setPriority(-settings.daemon.priority_boost);
    if (settings.log.write_logs) this.#log = this.#resources.use(this.#openLog(prefix));
    this.#sink = new DaemonSink(this.#log);
    this.#session = this.#resources.use(
      await Session.open({
        ...sessionSettings(settings),
        sink: this.#sink,
        say: this.#options.say,
        ...(prefix === undefined ? {} : { linePrefix: prefix }),
      }),
    );
    this.#receivers = new Receivers(settings, {
      effects: diskEffects(),
      say: this.#options.say,
      tell: (record) => this.#sink.toLogOnly(() => this.#session.tell(record)),
    });
    this.#resources.use(this.#sink.add((lines) => this.#receivers?.take(lines)));
    await this.#serve();
    this.#session.tell(startRecord(this.#options.version, settings, ownProcess()));
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

  #openLog(prefix: string | undefined): GuardedLog {
    const { log } = this.#settings;
    mkdirSync(dirname(dirname(log.log_file)), { recursive: true, mode: 0o755 });
    const source = { serial: () => this.#session.ownSerial(), clock: realtimeMs };
    const records = log.log_format === 'json' ? jsonLogRecords(source) : auditLogRecords(source);
    return new GuardedLog(log.log_file, {
      ...logOptions(log),
      effects: diskEffects(),
      records: {
        line: (event) => {
          const line = records.line(event);
          return line && prefix !== undefined ? Buffer.concat([Buffer.from(prefix), line]) : line;
        },
      },
      onEvent: (event) => this.#logChanged(event),
    });
  }

  #logChanged(event: LogEvent): void {
    if (event.kind !== 'rotated') return;
    this.#rotatedLogs.tend(this.#settings.log);
  }

  #refused(error: unknown): void {
    this.#options.say(`the old configuration stays: ${messageOf(error)}`);
    this.#session.tell(refusedRecord(error));
  }
}

function loadedPolicy({ name, version, mode, generation, state }: PolicyStatus): LoadedPolicy {
  return { name, ...(version === undefined ? {} : { version }), mode, generation, state };
}

function ownProcess(): Writer {
  return { pid: process.pid, uid: process.getuid?.() ?? 0 };
}
