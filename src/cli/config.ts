import { readFileSync } from 'node:fs';
import type { ConfigProblem } from '../toml/config-error.ts';
import { importAuditdConf } from '../daemon/config/import-auditd.ts';
import { CONFIG_FILE, checkConfig } from '../daemon/config/load-config.ts';
import { defaultSettings } from '../daemon/config/read-config.ts';
import { renderConfig, SHIPPED_HEAD } from '../daemon/config/render-config.ts';
import { BpfauditError } from '../errors/audit-error.ts';
import { printable } from '../errors/printable.ts';
import { errorName } from '../errors/thrown.ts';
import type { Command, CommandIo } from './command.ts';
import { problemComplaint } from './complaint.ts';
import { usageError } from './usage-error.ts';
import { readWords } from './words.ts';

const USAGE = `Usage: bpfaudit config check [FILE]
       bpfaudit config import [--replace] AUDITD.CONF
       bpfaudit config default

The configuration of the daemon, ${CONFIG_FILE}.

  check       say all that is wrong with FILE: line, key, what was expected, what was found
  import      carry an auditd.conf over: the new file on stdout, what has no counterpart on stderr
  default     print the file with every key and its default

  --replace   bpfauditd takes auditd's place: same log file and plugins, all records of the kernel
  -h, --help  show this

Examples:
  bpfaudit config check
  bpfaudit config import /etc/audit/auditd.conf > /etc/bpfaudit/bpfaudit.toml
  bpfaudit config default | less

Exit status: 0 done (check: nothing is wrong), 1 something is wrong, 2 wrong usage.
`;

const OPTIONS = { replace: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const;

/** `bpfaudit config`: check, import, default. */
export const command: Command = {
  // oxlint-disable-next-line typescript/require-await -- a command is asynchronous
  async run(argv, io) {
    const { values, positionals: words } = readWords('config', argv, OPTIONS, true);
    const [verb, file, ...rest] = words;
    const replace = values.replace === true;
    if (values.help === true) {
      io.stdout.write(USAGE);
      return 0;
    }
    if (rest.length > 0) throw usageError('config', `expected one file, found ${words.length - 1}`);
    if (replace && verb !== 'import') throw usageError('config', '--replace is for import');
    if (verb === 'check') return check(file ?? CONFIG_FILE, io);
    if (verb === 'import' && file !== undefined) return importFile(file, replace, io);
    if (verb === 'default' && file === undefined) {
      io.stdout.write(renderConfig(defaultSettings(), SHIPPED_HEAD));
      return 0;
    }
    throw usageError(
      'config',
      `expected check, import FILE or default, found ${words.join(' ') || 'nothing'}`,
    );
  },
};

function check(file: string, io: CommandIo): number {
  const { problems, warnings } = checkConfig(file);
  for (const problem of problems) say(io, file, problem, '');
  for (const warning of warnings) say(io, file, warning, 'warning: ');
  if (problems.length > 0) return 1;
  io.stdout.write(`${file}: ok\n`);
  return 0;
}

function importFile(file: string, replace: boolean, io: CommandIo): number {
  const { settings, taken, notes } = importAuditdConf(readConf(file), { replace });
  io.stdout.write(
    renderConfig(settings, [
      `Configuration of bpfauditd, carried over from ${printable(file)}`,
      '',
      'Check a change with: bpfaudit config check FILE',
      'More: bpfaudit.toml(5)',
    ]),
  );
  for (const note of notes) say(io, file, note, '');
  io.stderr.write(`${file}: ${taken} keys taken over, ${notes.length} notes\n`);
  return 0;
}

function readConf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const code = errorName(cause) || 'failed';
    throw new BpfauditError(`open ${file}: ${code}`, {
      code: 'E_CONFIG',
      hint: 'name the auditd.conf that is to be carried over',
      cause,
    });
  }
}

function say(io: CommandIo, file: string, problem: ConfigProblem, prefix: string): void {
  io.stderr.write(`${prefix}${problemComplaint(file, problem)}\n`);
}
