import { mkdirSync } from 'node:fs';
import { setPriority } from 'node:os';
import { dirname } from 'node:path';
import { COMPANION_ERRNOS } from '../../policy/companion/companion-rules.ts';
import { VIA, type PathVia } from '../../bpf/path-via.ts';
import { GuardedLog } from '../../log/guarded-log.ts';
import { LogCompressor } from '../../log/log-compressor.ts';
import type { LogEvent } from '../../log/log-event.ts';
import { auditLogRecords, jsonLogRecords } from '../../log/log-record.ts';
import { realtimeMs } from '../../sys/clock.ts';
import { ProcessLock } from '../../sys/process-lock.ts';
import { ResourceStack } from '../../sys/resource-stack.ts';
import { ConfigError } from '../config/config-error.ts';
import { loadConfig } from '../config/load-config.ts';
import { logOptions, logPolicy } from '../config/log-settings.ts';
import type { Settings } from '../config/settings.ts';
import { diskEffects } from '../disk-effects.ts';
import { Session } from '../session.ts';
import { DaemonSink } from './daemon-sink.ts';
import type { DaemonStatus } from './daemon-status.ts';
import { nodePrefix } from './node-name.ts';
import { replaceFile } from './replace-file.ts';
import { settingChanges } from './setting-changes.ts';

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
export const RUN_FOLDER = '/run/bpfaudit';

const PATHS: Readonly<Record<Settings['policies']['paths'], PathVia | undefined>> = {
  auto: undefined,
  helper: VIA.HELPER,
  walk: VIA.WALK,
};

/** The daemon: everything that a configuration asks for, from the ring to the log, until it is told to end. */
export class Daemon implements Disposable {
  readonly #options: DaemonOptions;
  readonly #resources = new ResourceStack();
  readonly #stop = new AbortController();
  #settings: Settings;
  #session!: Session;
  #log: GuardedLog | undefined;
  #sink!: DaemonSink;

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
      daemon[Symbol.dispose]();
      throw error;
    }
  }

  /** Collects until {@link end} is called. */
  async run(): Promise<void> {
    await this.#session.run(this.#stop.signal);
    this.#session.tell({
      type: 'DAEMON_END',
      op: 'terminate',
      fields: { pid: process.pid, uid: 0 },
      res: 'success',
    });
  }

  /** SIGTERM: what was read is written, then {@link run} ends. */
  end(): void {
    this.#stop.abort();
  }

  /** SIGHUP: reads the configuration again. One that is wrong changes nothing, and the log says so. */
  reload(): void {
    let settings: Settings;
    try {
      settings = loadConfig(this.#options.configFile);
    } catch (error) {
      this.#refused(error);
      return;
    }
    const { live, restart } = settingChanges(this.#settings, settings);
    this.#settings = settings;
    this.#log?.configure(logPolicy(settings.log));
    this.#session.tell({
      type: 'DAEMON_CONFIG',
      op: 'reconfigure',
      fields: {
        state: { word: live.length > 0 ? 'changed' : 'no-change' },
        ...(live.length === 0 ? {} : { changed: { word: live.join(',') } }),
        ...(restart.length === 0 ? {} : { 'needs-restart': { word: restart.join(',') } }),
      },
      res: 'success',
    });
    if (restart.length > 0) this.#options.say(`takes effect at the next start: ${restart.join(', ')}`);
  }

  /** SIGUSR1: begins a new log. */
  rotate(): boolean {
    this.#session.flush();
    return this.#log?.rotate() ?? false;
  }

  /** SIGUSR2: goes on writing after an action has suspended it. */
  resume(): void {
    this.#log?.resume();
    this.#session.flush();
  }

  /** What the daemon counted, as one object. */
  status(): DaemonStatus {
    const join = this.#session.joinCounts;
    return {
      version: this.#options.version,
      pid: process.pid,
      collector: this.#session.counts,
      ...(join === undefined ? {} : { join }),
      ...(this.#log === undefined ? {} : { log: { ...this.#log.counts, suspended: this.#log.suspended } }),
    };
  }

  /** SIGCONT: writes the status to a file beside the lock. */
  writeState(): void {
    const folder = this.#options.runFolder ?? RUN_FOLDER;
    replaceFile(`${folder}/bpfauditd.state`, `${JSON.stringify(this.status(), undefined, 2)}\n`);
  }

  [Symbol.dispose](): void {
    this.#resources[Symbol.dispose]();
  }

  async #start(): Promise<void> {
    const { settings, prefix } = { settings: this.#settings, prefix: await nodePrefix(this.#settings.log) };
    const runFolder = this.#options.runFolder ?? RUN_FOLDER;
    mkdirSync(runFolder, { recursive: true, mode: 0o755 });
    this.#resources.use(new ProcessLock(`${runFolder}/bpfauditd.pid`));
    setPriority(-settings.daemon.priority_boost);
    if (settings.log.write_logs) this.#log = this.#resources.use(this.#openLog(prefix));
    this.#sink = new DaemonSink(this.#log);
    this.#session = this.#resources.use(await Session.open(this.#sessionOptions(prefix)));
    this.#tellStart();
  }

  #sessionOptions(prefix: string | undefined): Parameters<typeof Session.open>[0] {
    const { log, join, policies, ring } = this.#settings;
    const paths = PATHS[policies.paths];
    return {
      policies: [],
      sink: this.#sink,
      json: log.log_format === 'json',
      ringSize: ring.size,
      say: this.#options.say,
      ...(paths === undefined ? {} : { paths }),
      ...(prefix === undefined ? {} : { linePrefix: prefix }),
      ...(join.source === 'none' ? {} : { join: join.source }),
      ...(join.source === 'none' || !join.companion_rules ? {} : { ruleErrnos: COMPANION_ERRNOS }),
      joinTimes: { kernelMs: join.end_of_event_timeout * 1000, exitMs: 20 },
    };
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
    if (event.kind !== 'rotated' || this.#settings.log.compress === 'none') return;
    new LogCompressor(this.#settings.log.log_file).run().catch((error: unknown) => {
      this.#options.say(error instanceof Error ? error.message : String(error));
      this.#session.tell({
        type: 'DAEMON_ERR',
        op: 'compress-logs',
        fields: { reason: error instanceof Error ? error.message : String(error) },
        res: 'failed',
      });
    });
  }

  #tellStart(): void {
    this.#session.tell({
      type: 'DAEMON_START',
      op: 'start',
      fields: {
        ver: { word: this.#options.version },
        format: { word: this.#settings.log.log_format },
        join: { word: this.#settings.join.source },
        pid: process.pid,
        uid: process.getuid?.() ?? 0,
      },
      res: 'success',
    });
  }

  #refused(error: unknown): void {
    const problem = error instanceof ConfigError ? error.problems[0] : undefined;
    const text = error instanceof Error ? error.message : String(error);
    this.#options.say(`the old configuration stays: ${text}`);
    this.#session.tell({
      type: 'DAEMON_CONFIG',
      op: 'reconfigure',
      fields: {
        state: { word: 'no-change' },
        ...(problem === undefined ? {} : { line: problem.line, key: problem.key }),
        reason: problem?.text ?? text,
      },
      res: 'failed',
    });
  }
}
