import { writeFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { ESCAPE_MODES } from '../audit/interpret/escape.ts';
import { DEFAULT_EOE_TIMEOUT_SEC } from '../audit/group/grouper.ts';
import { BpfauditError } from '../errors/audit-error.ts';
import { printable } from '../errors/printable.ts';
import { localKnowledge } from '../query/input/local-knowledge.ts';
import { configuredTimeoutSec } from '../query/input/log-files.ts';
import { LOG_TIMES, MAIN_SUMMARY, nameOf, REPORTS, type ReportQuery } from '../query/report/report-query.ts';
import type { ExportFormat } from '../query/report/export-report.ts';
import { runReport } from '../query/report/run-report.ts';
import { TIMELINE } from '../query/report/timeline.ts';
import type { LogInput } from '../query/input/log-input.ts';
import type { ReportSource } from '../query/report/collect-report.ts';
import type { ScanSummary } from '../query/run/run-events.ts';
import { parseTime, type TimeContext } from '../query/search/time-words.ts';
import { written, type Command, type CommandIo } from './command.ts';
import { complaint } from './complaint.ts';
import { logInput, warnOfIndex } from './search-input.ts';
import { tellUnreadable } from './unreadable.ts';
import { version } from './version.ts';
import { optionHelp, parseOptions, callError, type GivenOption, type OptionSpec } from './option-table.ts';
import { oneOf } from './search-values.ts';

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
  { names: ['--json'], help: 'one line of JSON for each row or total' },
  { names: ['--csv'], help: 'comma-separated values, quoted where need be (RFC 4180)' },
  {
    names: ['--html'],
    value: 'FILE',
    help: 'write a page with charts of everything; - is the standard output',
  },
  { names: ['--escape'], value: 'HOW', help: 'raw, tty (default), shell or shell_quote' },
  { names: ['--eoe-timeout'], value: 'SECONDS', help: 'seconds after which an event is complete' },
  { names: ['--debug'], help: 'say which records could not be read, and why' },
  { names: ['--stock'], help: 'do as aureport 3.0.9 does, also where it errs' },
  { names: ['-v', '--version'], help: 'print the version' },
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
  bpfaudit report --timeline                    events and decisions over time
  bpfaudit report --cause --summary --json      for a program
  bpfaudit report --html report.html            a page with charts
  bpfaudit report -l --failed -i -if audit.log  failed logins of a log

Exit: 0 printed, 1 no events of interest or an error.
`;

/** `bpfaudit report`: what aureport does, and reports on BPF LSM decisions. */
export const command: Command = { run };

interface ReportRequest {
  readonly query: ReportQuery;
  readonly input: string | undefined;
  readonly useLogs: boolean;
  readonly timeoutSec: number | undefined;
  readonly debug: boolean;
  readonly format: ExportFormat | undefined;
  readonly html: string | undefined;
}

async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  try {
    return await report(argv, io);
  } catch (error) {
    if (!(error instanceof BpfauditError)) throw error;
    await io.stderr.write(`bpfaudit report: ${complaint(error)}\n`);
    return 1;
  }
}

async function report(argv: readonly string[], io: CommandIo): Promise<number> {
  const given = parseOptions(argv, [...REPORT_OPTIONS, ...OTHER_OPTIONS]);
  if (given.some((option) => option.spec.names.includes('--help'))) {
    await io.stdout.write(HELP);
    return 0;
  }
  if (given.some((option) => option.spec.names.includes('--version'))) {
    await io.stdout.write(`bpfaudit report ${version()}\n`);
    return 0;
  }
  const local = localKnowledge(io.env);
  const request = reportRequest(given, {
    nowMs: Date.now(),
    uptimeSec: uptime(),
    dateFormat: local.dateFormat,
  });
  const onProblem = (text: string): void => void io.stderr.write(`${printable(text)}\n`);
  const input = logInput(request.input, request.useLogs);
  const scans: (readonly [ScanSummary, LogInput])[] = [];
  const source = {
    query: request.query,
    local,
    input,
    onScanned: (scan: ScanSummary, of: LogInput) => void scans.push([scan, of]),
    timeoutSec: request.timeoutSec ?? configuredTimeoutSec() ?? DEFAULT_EOE_TIMEOUT_SEC,
    onStaleIndex: (index: string) => warnOfIndex(index, 'report', io),
    ...(request.debug ? { onProblem } : {}),
  };
  const status = await printReport(request, source, io);
  for (const [scan, of] of scans)
    await tellUnreadable(scan, of, { command: 'report', isDebug: request.debug }, io);
  return status;
}

async function printReport(request: ReportRequest, source: ReportSource, io: CommandIo): Promise<number> {
  const print = (encoding: 'latin1' | 'utf8') => (text: string) =>
    written(io.stdout, Buffer.from(text, encoding));
  if (request.html !== undefined) {
    const { htmlReport } = await import('../query/report/html-report.ts');
    return writePage(request.html, await htmlReport(source), print('utf8'));
  }
  if (request.format !== undefined) {
    const { exportReport } = await import('../query/report/export-report.ts');
    return exportReport(source, request.format, print('utf8'));
  }
  return runReport({ ...source, onOutput: print('latin1') });
}

/** Writes the page for whoever may read the log: for its owner alone. @throws E_REPORT_WRITE */
async function writePage(
  file: string,
  page: string,
  print: (text: string) => void | Promise<void>,
): Promise<number> {
  if (file === '-') {
    await print(page);
    return 0;
  }
  try {
    writeFileSync(file, page, { mode: 0o600 });
  } catch (cause) {
    throw new BpfauditError(`write report ${file}`, {
      code: 'E_REPORT_WRITE',
      hint: 'name a file in a directory that can be written',
      cause,
    });
  }
  return 0;
}

function reportRequest(given: readonly GivenOption[], time: TimeContext): ReportRequest {
  const has = (name: string): boolean => lastOf(given, name) !== undefined;
  const timeout = lastOf(given, '--eoe-timeout')?.[0];
  if (timeout !== undefined && !/^\d+$/.test(timeout))
    throw callError(`end of event timeout must be a number, was ${timeout}`);
  return {
    query: reportQuery(given, time),
    input: lastOf(given, '-if')?.[0],
    useLogs: has('--input-logs'),
    timeoutSec: timeout === undefined ? undefined : Number(timeout),
    debug: has('--debug'),
    format: has('--json') ? 'json' : has('--csv') ? 'csv' : undefined,
    html: lastOf(given, '--html')?.[0],
  };
}

function reportQuery(given: readonly GivenOption[], time: TimeContext): ReportQuery {
  const has = (name: string): boolean => lastOf(given, name) !== undefined;
  const reports = given.flatMap((option) => reportNames(option.spec));
  if (reports.length > 1) throw callError(`only one report can be specified, found ${reports.join(' and ')}`);
  const nodes = given
    .filter((option) => option.spec.names.includes('--node'))
    .flatMap((option) => option.values);
  const start = lastOf(given, '-ts');
  const end = lastOf(given, '-te');
  // What goes to a program is not for a terminal: it gets the values as they are.
  const isForProgram = has('--json') || has('--csv') || has('--html');
  return {
    report: reports[0] ?? MAIN_SUMMARY,
    summary: has('--summary') || reports[0] === TIMELINE,
    interpret: has('-i'),
    escape: oneOf(lastOf(given, '--escape')?.[0] ?? (isForProgram ? 'raw' : 'tty'), ESCAPE_MODES, 'escape'),
    ...(start === undefined ? {} : { startSec: parseTime(start, 'start', time) }),
    ...(end === undefined ? {} : { endSec: parseTime(end, 'end', time) }),
    ...outcome(given),
    ...(nodes.length === 0 ? {} : { nodes }),
    ...(has('-nc') ? { noConfig: true } : {}),
    ...(has('--add') ? { changes: 'add' as const } : has('--delete') ? { changes: 'delete' as const } : {}),
    ...(has('--stock') ? { stock: true } : {}),
  };
}

/** Values of an option where it stands last, or undefined. */
function lastOf(given: readonly GivenOption[], name: string): readonly string[] | undefined {
  return given.findLast((option) => option.spec.names.includes(name))?.values;
}

/** The last of the two counts, as for aureport. */
function outcome(given: readonly GivenOption[]): { success?: boolean } {
  const last = given.findLast(({ name }) => name === '--failed' || name === '--success');
  return last === undefined ? {} : { success: last.name === '--success' };
}

function reportNames(spec: OptionSpec): string[] {
  if (spec.names.includes('--log')) return [LOG_TIMES];
  const kind = [...REPORTS.values()].find((known) => known.options === spec.names);
  return kind === undefined ? [] : [nameOf(kind)];
}
