import { mkdirSync, readdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { BpfauditError } from '../errors/audit-error.ts';
import { messageOf } from '../errors/thrown.ts';
import type { Command } from './command.ts';
import { collect } from './run/collect.ts';
import { usageError } from './usage-error.ts';
import { readWords } from './words.ts';

const DEFAULT_FOLDER = '/etc/bpfaudit/policies';
const DEFAULT_LOG = '/var/log/bpfaudit/audit.log';

const USAGE = `Usage: bpfaudit plugin [FOLDER] [--log FILE] [--node NAME]

Runs as a plugin of auditd: reads the kernel's records from standard input, loads all policies (*.bpf.o) of a
folder, and writes each decision together with its records to a log of its own. Ends when auditd does.
etc/audit/plugins.d/bpfaudit.conf has auditd start it.

  FOLDER         policies, loaded in the order of their names   [default: ${DEFAULT_FOLDER}]
  --log FILE     where to append records (mode 0600)            [default: ${DEFAULT_LOG}]
  --node NAME    what auditd calls this machine, if name_format is set
                                                                [default: the host name]
  -h, --help     show this

Examples:
  args = plugin                        # in plugins.d/bpfaudit.conf
  args = plugin /etc/bpfaudit/strict   # auditd hands over two arguments at most

Exit status: 0 auditd ended, 1 failed, 2 wrong usage.
`;

const OPTIONS = {
  log: { type: 'string' },
  node: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** `bpfaudit plugin`: what `bpfaudit run --join plugin` does, in the two arguments that auditd allows. */
export const command: Command = {
  async run(argv, io) {
    const options = parse(argv);
    if (options === 'help') {
      io.stdout.write(USAGE);
      return 0;
    }
    // auditd passes on the signal by which it reads its configuration again; ours has no part in that.
    process.on('SIGHUP', () => {});
    mkdirSync(dirname(options.log), { recursive: true, mode: 0o700 });
    const run = {
      policies: policiesIn(options.folder),
      log: options.log,
      node: options.node,
      toAudit: false,
      json: false,
      quiet: false,
      paths: undefined,
      ring: undefined,
      joinWait: undefined,
      ruleErrnos: undefined,
    };
    await collect({ ...run, join: 'plugin' }, io);
    return 0;
  },
};

function parse(argv: readonly string[]): { folder: string; log: string; node: string } | 'help' {
  const { values, positionals } = readWords('plugin', argv, OPTIONS, true);
  if (values.help === true) return 'help';
  if (positionals.length > 1) throw usageError('plugin', `expected one folder, found ${positionals.length}`);
  return {
    folder: positionals[0] ?? DEFAULT_FOLDER,
    log: values.log ?? DEFAULT_LOG,
    node: values.node ?? hostname(),
  };
}

/** The policies of a folder, by name. */
function policiesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.bpf.o'))
      .toSorted()
      .map((name) => join(folder, name));
  } catch (cause) {
    throw new BpfauditError(`read policies of ${folder}: ${messageOf(cause)}`, {
      code: 'E_OBJECT_MISSING',
      hint: 'make the folder and put policies (*.bpf.o) into it, or name another one',
      cause,
    });
  }
}
