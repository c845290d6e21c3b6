import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const AUDITD = '/sbin/auditd';
const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

/** Why the real auditd can't be run; undefined when it can. */
export function whyNoAuditd(): string | undefined {
  return existsSync(AUDITD) ? undefined : 'auditd is not installed';
}

/** How the daemon is set up. */
export interface AuditdSetup {
  readonly logFormat: 'RAW' | 'ENRICHED';
  readonly pluginFormat: 'string' | 'binary';
}

/** The real auditd with a folder of its own and test/helpers/plugin-program.ts as its only plugin. */
export class RealAuditd implements AsyncDisposable {
  readonly #folder: string = mkdtempSync(join(tmpdir(), 'bpfaudit-auditd-'));
  readonly #daemon: ChildProcess;

  constructor(setup: AuditdSetup) {
    const plugins = join(this.#folder, 'plugins.d');
    mkdirSync(plugins, { mode: 0o750 });
    const program = join(this.#folder, 'plugin');
    const script = join(REPOSITORY, 'test/helpers/plugin-program.ts');
    const command = `${process.execPath} --import tsx ${script} ${setup.pluginFormat} ${this.#output}`;
    writeFileSync(program, `#!/bin/sh\ncd ${REPOSITORY} && exec ${command}\n`, { mode: 0o750 });
    writeFileSync(join(plugins, 'bpfaudit.conf'), pluginConfig(program, setup), { mode: 0o640 });
    writeFileSync(join(this.#folder, 'auditd.conf'), daemonConfig(this.#folder, setup), { mode: 0o640 });
    this.#daemon = spawn(AUDITD, ['-n', '-c', this.#folder, '-s', 'nochange'], { stdio: 'ignore' });
  }

  /** Its process id. */
  get pid(): number {
    return this.#daemon.pid ?? 0;
  }

  /** What the plugin has written so far, line by line. */
  get pluginLines(): readonly string[] {
    return existsSync(this.#output) ? readFileSync(this.#output, 'utf8').split('\n').filter(Boolean) : [];
  }

  /** What auditd has written to its own log so far, line by line. */
  get logLines(): readonly string[] {
    return readFileSync(join(this.#folder, 'audit.log'), 'utf8').split('\n').filter(Boolean);
  }

  /** Ends it; the plugin's end of input comes right after. */
  async stop(): Promise<void> {
    if (this.#daemon.exitCode !== null) return;
    const exited = once(this.#daemon, 'exit');
    this.#daemon.kill('SIGTERM');
    await exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    rmSync(this.#folder, { recursive: true });
  }

  get #output(): string {
    return join(this.#folder, 'output');
  }
}

function pluginConfig(program: string, setup: AuditdSetup): string {
  return [
    'active = yes',
    'direction = out',
    `path = ${program}`,
    'type = always',
    `format = ${setup.pluginFormat}`,
    '',
  ].join('\n');
}

function daemonConfig(folder: string, setup: AuditdSetup): string {
  return [
    'local_events = yes',
    'write_logs = yes',
    `log_file = ${folder}/audit.log`,
    `log_format = ${setup.logFormat}`,
    `plugin_dir = ${folder}/plugins.d`,
    'flush = NONE',
    'name_format = NONE',
    'max_log_file = 8',
    'max_log_file_action = IGNORE',
    'space_left = 75',
    'admin_space_left = 50',
    'space_left_action = IGNORE',
    'admin_space_left_action = IGNORE',
    'disk_full_action = IGNORE',
    'disk_error_action = IGNORE',
    '',
  ].join('\n');
}
