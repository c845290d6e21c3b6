#!/usr/bin/env node
import { BpfauditError } from '../errors/audit-error.ts';
import type { Command, CommandIo } from './command.ts';
import { wholeComplaint } from './complaint.ts';
import { version } from './version.ts';

/** Commands by name; each is loaded when it is called, so that --help stays fast. */
const COMMANDS: Readonly<Record<string, { summary: string; load: () => Promise<{ command: Command }> }>> = {
  run: { summary: 'load BPF LSM policies and print their records', load: () => import('./run.ts') },
  policy: {
    summary: 'load, list, upgrade and unload policies that stay',
    load: () => import('./policy.ts'),
  },
  plugin: { summary: 'run as a plugin of auditd', load: () => import('./plugin.ts') },
  doctor: { summary: 'can this machine run BPF LSM? what to do if not', load: () => import('./doctor.ts') },
  explain: { summary: 'tell one event in plain words', load: () => import('./explain.ts') },
  search: {
    summary: 'find events in audit logs, with the options of ausearch',
    load: () => import('./search.ts'),
  },
  report: {
    summary: 'report on audit logs, with the options of aureport',
    load: () => import('./report.ts'),
  },
  status: {
    summary: 'what the daemon does, and where all records went',
    load: () => import('./status.ts'),
  },
  config: {
    summary: 'check the configuration of the daemon, or carry an auditd.conf over',
    load: () => import('./config.ts'),
  },
  ctl: {
    summary: "control the kernel's audit, with the options of auditctl",
    load: () => import('./ctl.ts'),
  },
};

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const EXIT_PIPE = 128 + 13;

function usage(): string {
  const names = Object.keys(COMMANDS);
  const width = Math.max(...names.map((name) => name.length));
  const lines = names.map((name) => `  ${name.padEnd(width)}  ${COMMANDS[name]!.summary}`);
  return `Usage: bpfaudit COMMAND [ARGUMENT...]

Audit records for BPF LSM decisions, on unmodified kernels.

Commands:
${lines.join('\n')}

  -h, --help     show this; bpfaudit COMMAND --help shows more
  -V, --version  show the version
`;
}

async function main(argv: readonly string[], io: CommandIo): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined) {
    io.stderr.write(usage());
    return EXIT_USAGE;
  }
  if (name === '-h' || name === '--help' || name === 'help') {
    io.stdout.write(usage());
    return 0;
  }
  if (name === '-V' || name === '--version') {
    io.stdout.write(`bpfaudit ${version()}\n`);
    return 0;
  }
  const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!entry) {
    io.stderr.write(`bpfaudit: no command ${JSON.stringify(name)} (E_USAGE); hint: see bpfaudit --help\n`);
    return EXIT_USAGE;
  }
  const { command } = await entry.load();
  return command.run(rest, io);
}

function report(error: unknown, io: CommandIo): number {
  if (!(error instanceof BpfauditError)) {
    io.stderr.write(`bpfaudit: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return EXIT_FAILED;
  }
  io.stderr.write(`bpfaudit: ${wholeComplaint(error)}\n`);
  return error.code === 'E_USAGE' ? EXIT_USAGE : EXIT_FAILED;
}

// Whoever read our output has seen enough, as in `bpfaudit search | head`: end as SIGPIPE would end us.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? EXIT_PIPE : EXIT_FAILED);
});
const controller = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort());
const io: CommandIo = {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  signal: controller.signal,
};

/** No `await` at the top: as part of a bundle this is a script, which has none. */
async function start(): Promise<void> {
  try {
    process.exitCode = await main(process.argv.slice(2), io);
  } catch (error) {
    process.exitCode = report(error, io);
  }
}

void start();
