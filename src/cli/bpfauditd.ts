#!/usr/bin/env node
import type { ConfigProblem } from '../toml/config-error.ts';
import { diskEffects } from '../daemon/disk-effects.ts';
import { ServiceManager } from '../daemon/service/service-manager.ts';
import { BpfauditError } from '../errors/audit-error.ts';
import { startInBackground, Voice } from './bpfauditd/background.ts';
import { confine } from './bpfauditd/confine.ts';
import { parseDaemon, type DaemonCommand } from './bpfauditd/options.ts';
import { USAGE } from './bpfauditd/usage.ts';
import { complaint, problemComplaint } from './complaint.ts';
import { version } from './version.ts';

const voice = new Voice((line) => diskEffects().syslog(line));
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

async function main(argv: readonly string[]): Promise<number> {
  const command = parseDaemon(argv);
  switch (command.action) {
    case 'help':
      process.stdout.write(USAGE);
      return 0;
    case 'version':
      process.stdout.write(`bpfauditd ${version()}\n`);
      return 0;
    case 'check':
      return check(command.configFile);
    default:
      return command.foreground ? serve(command) : startInBackground(argv);
  }
}

/** Runs until SIGTERM. */
async function serve({ configFile, verbose }: DaemonCommand): Promise<number> {
  const problem = confine(voice.descriptors);
  if (problem !== undefined) voice.say(problem);
  // Not before: what it costs to load would be paid twice.
  const { Daemon } = await import('../daemon/service/daemon.ts');
  let ended = false;
  const early = (): void => void (ended = true);
  process.on('SIGTERM', early);
  process.on('SIGINT', early);
  using manager = new ServiceManager(process.env);
  await using daemon = await Daemon.start({ configFile, version: version(), say: voice.say });
  const end = (): void => {
    manager.stopping();
    daemon.end();
  };
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, end);
  process.on('SIGHUP', () => {
    manager.reloading(process.hrtime.bigint() / 1000n);
    daemon.reload();
    manager.reloaded();
  });
  process.on('SIGUSR1', () => daemon.rotate());
  process.on('SIGUSR2', () => daemon.resume());
  process.on('SIGCONT', () => daemon.writeState());
  if (ended) daemon.end();
  if (verbose) voice.say('ready');
  voice.ready();
  manager.ready(() => daemon.isAlive);
  await daemon.run();
  return 0;
}

async function check(file: string): Promise<number> {
  const { checkConfig } = await import('../daemon/config/load-config.ts');
  const { problems, warnings } = checkConfig(file);
  const tell = (problem: ConfigProblem, prefix: string): void => {
    process.stderr.write(`${prefix}${problemComplaint(file, problem)}\n`);
  };
  for (const problem of problems) tell(problem, '');
  for (const warning of warnings) tell(warning, 'warning: ');
  if (problems.length > 0) return EXIT_FAILED;
  process.stdout.write(`${file}: ok\n`);
  return 0;
}

function report(error: unknown): number {
  if (!(error instanceof BpfauditError)) {
    voice.fail(error);
    return EXIT_FAILED;
  }
  voice.say(complaint(error));
  return error.code === 'E_USAGE' ? EXIT_USAGE : EXIT_FAILED;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.exitCode = report(error);
}
