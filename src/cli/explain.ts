import { BpfauditError } from '../errors/audit-error.ts';
import { localKnowledge } from '../query/input/local-knowledge.ts';
import { explainEvent } from '../query/output/explain.ts';
import { TimeFormatter } from '../query/output/local-time.ts';
import { search } from '../query/search/search-api.ts';
import type { Command, CommandIo } from './command.ts';
import { complaint } from './complaint.ts';
import { optionHelp, parseOptions, callError, type OptionSpec } from './option-table.ts';
import { logInput } from './search-input.ts';

const OPTIONS: readonly OptionSpec[] = [
  { names: ['-if', '--input'], value: 'PATH', help: 'read this file, or the logs of this directory' },
  { names: ['--input-logs'], help: 'read the logs even if stdin is a pipe' },
  { names: ['-h', '--help'], help: 'print this help' },
];

const HELP = `usage: bpfaudit explain EVENT [options]

Tells an event in plain words: what happened, what BPF LSM decided and why, and which records say so.
EVENT is the number behind the colon of a stamp: 17 in audit(1795151761.717:17).

${optionHelp(OPTIONS)}

Examples:
  bpfaudit explain 17
  bpfaudit explain 17 -if /var/log/audit/audit.log.2

Exit: 0 told, 1 no such event or an error, 2 wrong usage.
`;

/** `bpfaudit explain`: one event in plain words. */
export const command: Command = { run };

async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  try {
    return await explain(argv, io);
  } catch (error) {
    if (!(error instanceof BpfauditError)) throw error;
    await io.stderr.write(`bpfaudit explain: ${complaint(error)}\n`);
    return error.code === 'E_USAGE' ? 2 : 1;
  }
}

async function explain(argv: readonly string[], io: CommandIo): Promise<number> {
  const [first = '', ...rest] = argv;
  const isNumber = /^\d+$/.test(first);
  const given = parseOptions(isNumber ? rest : argv, OPTIONS);
  if (given.some((option) => option.spec.names.includes('--help'))) {
    await io.stdout.write(HELP);
    return 0;
  }
  if (!isNumber) throw callError('explain needs the number of an event');
  const named = given.findLast((option) => option.spec.names.includes('-if'))?.values[0];
  const useLogs = given.some((option) => option.spec.names.includes('--input-logs'));
  const local = localKnowledge(io.env);
  const time = new TimeFormatter(local.dateFormat);
  const options = { names: local.names, escape: 'tty' as const, time, stock: false };
  let found = 0;
  for await (const event of search({
    input: logInput(named, useLogs),
    query: { eventId: Number(first) },
    signal: io.signal,
  })) {
    await io.stdout.write(Buffer.from(`${found > 0 ? '\n' : ''}${explainEvent(event, options)}`, 'latin1'));
    found += 1;
  }
  if (found === 0) await io.stderr.write('<no matches>\n');
  return found > 0 ? 0 : 1;
}
