import { uptime } from 'node:os';
import { ESCAPE_MODES } from '../audit/interpret/escape.ts';
import { DEFAULT_EOE_TIMEOUT_SEC } from '../audit/group/grouper.ts';
import { BpfauditError } from '../errors/audit-error.ts';
import { localKnowledge } from '../query/input/local-knowledge.ts';
import { configuredTimeoutSec } from '../query/input/log-files.ts';
import { LOG_TIMES, MAIN_SUMMARY, nameOf, REPORTS, type ReportQuery } from '../query/report/report-query.ts';
import { runReport } from '../query/report/run-report.ts';
import { parseTime, type TimeContext } from '../query/search/time-words.ts';
import type { Command, CommandIo } from './command.ts';
import { logInput } from './search-input.ts';
import { optionHelp, parseOptions, usageError, type GivenOption, type OptionSpec } from './option-table.ts';

/** The options of `bpfaudit report` that name a report. */
export const REPORT_OPTIONS: readonly OptionSpec[] = [...REPORTS.values()].map((kind) => ({
  names: kind.options,
  help: kind.help,
}));

/** The other options of `bpfaudit report`. */
export const OTHER_OPTIONS: readonly OptionSpec[] = [
  { names: ['-t', '--log'], help: 'the time range of each log' },
  { names: ['--summary'], help: 'ranked totals instead of rows; alone: the main summary' },
  { names: ['--failed'], help: 'only what failed' },
  { names: ['--success'], help: 'only what succeeded' },
  { names: ['--add'], help: 'only additions' },
  { names: ['--delete'], help: 'only deletions' },
  { names: ['-nc', '--no-config'], help: 'without changes of the configuration' },
  { names: ['-i', '--interpret'], help: 'put numbers into words' },
  { names: ['-if', '--input'], value: 'PATH', help: 'read this file, or the logs of this directory' },
  { names: ['--input-logs'], help: 'read the logs even if stdin is a pipe' },
  { names: ['--node'], value: 'NODE', help: 'only this machine; may be given more than once' },
  {
    names: ['-ts', '--start'],
    value: 'DATE TIME',
    maxValues: 2,
    help: 'from then: a date, a time, or a word',
  },
  { names: ['-te', '--end'], value: 'DATE TIME', maxValues: 2, help: 'until then' },
  { names: ['--escape'], value: 'HOW', help: 'raw, tty (default), shell or shell_quote' },
  { names: ['--eoe-timeout'], value: 'SECONDS', help: 'seconds after which an event is complete' },
  { names: ['--debug'], help: 'say which records could not be read, and why' },
  { names: ['--stock'], help: 'do as aureport 3.0.9 does, also where it errs' },
  { names: ['--help'], help: 'print this help' },
];

const HELP = `usage: bpfaudit report [options]

Reports on audit logs: ours, auditd's, raw or enriched, rotated or piped in.
Without a report, the main summary is printed.

Reports:
${optionHelp(REPORT_OPTIONS)}

Options:
${optionHelp(OTHER_OPTIONS)}

Examples:
  bpfaudit report                               the main summary
  bpfaudit report -f --summary -i               files, the most frequent first
  bpfaudit report --policy --summary -ts today  what which policy decided today
  bpfaudit report --cause --verdict             is an error: one report at a time
  bpfaudit report -l --failed -i -if audit.log  failed logins of a log

Exit: 0 printed, 1 no events of interest or an error.
`;

/** `bpfaudit report`: what aureport does, and reports on BPF LSM decisions. */
export const command: Command = { name: 'report', summary: 'report on audit logs', run };

interface ReportRequest {
  readonly query: ReportQuery;
  readonly input: string | undefined;
  readonly useLogs: boolean;
  readonly timeoutSec: number | undefined;
  readonly debug: boolean;
}

async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  try {
    return await report(argv, io);
  } catch (error) {
    if (!(error instanceof BpfauditError)) throw error;
    const hint = error.hint === undefined ? '' : `; hint: ${error.hint}`;
    await io.stderr.write(`bpfaudit report: ${error.message} (${error.code})${hint}\n`);
    return 1;
  }
}

async function report(argv: readonly string[], io: CommandIo): Promise<number> {
  const given = parseOptions(argv, [...REPORT_OPTIONS, ...OTHER_OPTIONS]);
  if (given.some((option) => option.spec.names.includes('--help'))) {
    await io.stdout.write(HELP);
    return 0;
  }
  const local = localKnowledge(io.env);
  const request = reportRequest(given, {
    nowMs: Date.now(),
    uptimeSec: uptime(),
    dateFormat: local.dateFormat,
  });
  const onProblem = (text: string): void => void io.stderr.write(`${text}\n`);
  return runReport({
    query: request.query,
    local,
    input: logInput(request.input, request.useLogs),
    timeoutSec: request.timeoutSec ?? configuredTimeoutSec() ?? DEFAULT_EOE_TIMEOUT_SEC,
    onOutput: async (text) => void (await io.stdout.write(Buffer.from(text, 'latin1'))),
    ...(request.debug ? { onProblem } : {}),
  });
}

function reportRequest(given: readonly GivenOption[], time: TimeContext): ReportRequest {
  const has = (name: string): boolean => given.some((option) => option.spec.names.includes(name));
  const value = (name: string): string | undefined =>
    given.findLast((option) => option.spec.names.includes(name))?.values[0];
  const reports = given.flatMap((option) => reportNames(option.spec));
  if (reports.length > 1)
    throw usageError(`only one report can be specified, found ${reports.join(' and ')}`);
  const nodes = given
    .filter((option) => option.spec.names.includes('--node'))
    .flatMap((option) => option.values);
  const start = given.findLast((option) => option.spec.names.includes('-ts'))?.values;
  const end = given.findLast((option) => option.spec.names.includes('-te'))?.values;
  const escape = value('--escape') ?? 'tty';
  const mode = ESCAPE_MODES.find((known) => known === escape);
  if (mode === undefined)
    throw usageError(`unknown escape ${escape}; expected one of: ${ESCAPE_MODES.join(' ')}`);
  const timeout = value('--eoe-timeout');
  if (timeout !== undefined && !/^\d+$/.test(timeout))
    throw usageError(`end of event timeout must be a number, was ${timeout}`);
  const query: ReportQuery = {
    report: reports[0] ?? MAIN_SUMMARY,
    summary: has('--summary'),
    interpret: has('-i'),
    escape: mode,
    ...(start === undefined ? {} : { startSec: parseTime(start, 'start', time) }),
    ...(end === undefined ? {} : { endSec: parseTime(end, 'end', time) }),
    ...(has('--failed') ? { success: false } : has('--success') ? { success: true } : {}),
    ...(nodes.length === 0 ? {} : { nodes }),
    ...(has('-nc') ? { noConfig: true } : {}),
    ...(has('--add') ? { changes: 'add' as const } : has('--delete') ? { changes: 'delete' as const } : {}),
    ...(has('--stock') ? { stock: true } : {}),
  };
  return {
    query,
    input: value('-if'),
    useLogs: has('--input-logs'),
    timeoutSec: timeout === undefined ? undefined : Number(timeout),
    debug: has('--debug'),
  };
}

function reportNames(spec: OptionSpec): string[] {
  if (spec.names.includes('--log')) return [LOG_TIMES];
  const kind = [...REPORTS.values()].find((known) => known.options === spec.names);
  return kind === undefined ? [] : [nameOf(kind)];
}
