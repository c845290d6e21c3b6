import { parseArgs } from 'node:util';
import { errnoNumber } from '../audit/tables/errno.ts';
import { VIA, type PathVia } from '../bpf/path-via.ts';
import type { RecordSink } from '../daemon/collector.ts';
import type { KernelSource } from '../daemon/kernel-audit.ts';
import { Session } from '../daemon/session.ts';
import { LogFile, writeWhole } from '../log/log-file.ts';
import { COMPANION_ERRNOS } from '../policy/companion/companion-rules.ts';
import { ResourceStack } from '../sys/resource-stack.ts';
import type { Command, CommandIo } from './command.ts';
import { usageError } from './usage-error.ts';

const USAGE = `Usage: bpfaudit run [POLICY.bpf.o...] [--log FILE] [--json]

Loads and attaches BPF LSM policies and prints the records they write, until it is stopped (SIGINT, SIGTERM).
Without a policy it collects what policies write that somebody else has loaded.

  --log FILE     append records to FILE (mode 0600) instead of printing them
  --json         one JSON object a line instead of audit records
  --join SOURCE  put each decision into the kernel's own audit event, whose records come from
                 beside (multicast, auditd may run), instead (in the place of auditd; writes all records) or
                 serial (not read: just the serial, by which auditd's log has the rest)
  --rules        keep audit rules in the kernel (key bpfaudit) by which it writes the whole event of each
                 denied system call; they go when bpfaudit ends. Needs --join
  --rules-errno E,E  errors the policies deny with                              [default: EPERM,EACCES]
  --paths HOW    how paths are rendered: auto, helper (bpf_d_path) or walk     [default: auto]
  --ring BYTES   size of the shared ring, if it has to be made; a power of two [default: 16777216]
  --quiet        say nothing but errors on stderr
  -h, --help     show this

Examples:
  bpfaudit run guard.bpf.o                       # see what a policy decides
  bpfaudit run a.bpf.o b.bpf.o --log audit.log   # two policies, then: ausearch -m 1427 -if audit.log -i
  bpfaudit run a.bpf.o --join beside --rules --log /var/log/bpfaudit/audit.log
  bpfaudit run --json | jq 'select(.verdict < 0)'
  bpfaudit run                                   # collect from policies loaded with libbpf or bpftool

Exit status: 0 stopped by a signal, 1 failed, 2 wrong usage.
`;

const PATHS: Readonly<Record<string, PathVia | undefined>> = { helper: VIA.HELPER, walk: VIA.WALK };

interface RunOptions {
  readonly policies: readonly string[];
  readonly log: string | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly paths: string;
  readonly ring: number | undefined;
  readonly join: KernelSource | undefined;
  readonly ruleErrnos: readonly number[] | undefined;
}

/** `bpfaudit run`: policies in, records out. */
export const command: Command = {
  name: 'run',
  summary: 'load BPF LSM policies and print their records',
  async run(argv, io) {
    const options = parse(argv);
    if (options === 'help') {
      io.stdout.write(USAGE);
      return 0;
    }
    await collect(options, io);
    return 0;
  },
};

function parse(argv: readonly string[]): RunOptions | 'help' {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        log: { type: 'string' },
        json: { type: 'boolean' },
        paths: { type: 'string' },
        ring: { type: 'string' },
        join: { type: 'string' },
        rules: { type: 'boolean' },
        'rules-errno': { type: 'string' },
        quiet: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (cause) {
    throw usageError('run', cause);
  }
  const { values, positionals } = parsed;
  if (values.help === true) return 'help';
  const paths = values.paths ?? 'auto';
  if (paths !== 'auto' && PATHS[paths] === undefined) {
    throw usageError('run', `--paths: expected auto, helper or walk, found ${paths}`);
  }
  return {
    policies: positionals,
    log: values.log,
    json: values.json === true,
    quiet: values.quiet === true,
    paths,
    ring: values.ring === undefined ? undefined : ringSize(values.ring),
    join: values.join === undefined ? undefined : kernelSource(values.join),
    ruleErrnos: ruleErrnos(values.rules === true, values['rules-errno'], values.join),
  };
}

function ruleErrnos(
  on: boolean,
  errnos: string | undefined,
  join: string | undefined,
): readonly number[] | undefined {
  if (!on && errnos === undefined) return undefined;
  if (!on) throw usageError('run', '--rules-errno: needs --rules');
  if (join === undefined) throw usageError('run', '--rules: needs --join');
  if (errnos === undefined) return COMPANION_ERRNOS;
  return errnos.split(',').map((name) => {
    const errno = errnoNumber(name.toUpperCase());
    if (errno !== undefined) return errno;
    throw usageError('run', `--rules-errno: expected names such as EPERM,EROFS, found ${name}`);
  });
}

function kernelSource(text: string): KernelSource {
  if (text === 'beside' || text === 'instead' || text === 'serial') return text;
  throw usageError('run', `--join: expected beside, instead or serial, found ${text}`);
}

function ringSize(text: string): number {
  const size = Number(text);
  if (Number.isInteger(size) && size >= 65536 && size <= 2 ** 30 && (size & (size - 1)) === 0) return size;
  throw usageError('run', `--ring: expected a power of two from 65536 to 1073741824, found ${text}`);
}

async function collect(options: RunOptions, io: CommandIo): Promise<void> {
  using resources = new ResourceStack();
  const say = (line: string): unknown => (options.quiet ? undefined : io.stderr.write(`bpfaudit: ${line}\n`));
  const paths = PATHS[options.paths];
  const session = resources.use(
    await Session.open({
      policies: options.policies,
      sink: makeSink(options, resources),
      json: options.json,
      ...(options.join === undefined ? {} : { join: options.join }),
      ...(options.ruleErrnos === undefined ? {} : { ruleErrnos: options.ruleErrnos }),
      say: (line) => io.stderr.write(`bpfaudit: ${line}\n`),
      ...(paths === undefined ? {} : { paths }),
      ...(options.ring === undefined ? {} : { ringSize: options.ring }),
    }),
  );
  for (const { object, name, kind, hook, id } of session.programs) {
    say(`${object}: ${name} on ${kind}/${hook}, prog-id=${id}`);
  }
  say('ready');
  await session.run(io.signal);
  const { events, lost, malformed, otherAbi } = session.counts;
  const summary = `${events} records, ${lost} lost, ${malformed} malformed, ${otherAbi} of another ABI`;
  if (lost + malformed + otherAbi > 0) io.stderr.write(`bpfaudit: ${summary}\n`);
  else say(summary);
  const joined = session.joinCounts;
  if (joined)
    say(`${joined.joined} joined, ${joined.alone} alone, ${joined.timeouts} timed out, ${joined.late} late`);
}

function makeSink(options: RunOptions, resources: ResourceStack): RecordSink {
  if (options.log !== undefined) return resources.use(new LogFile(options.log));
  const STDOUT = 1;
  return { write: (lines) => writeWhole(STDOUT, lines, 'standard output') };
}
