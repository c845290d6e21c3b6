import { uptime } from 'node:os';
import { DEFAULT_EOE_TIMEOUT_SEC } from '../audit/group/grouper.ts';
import { BpfauditError } from '../errors/audit-error.ts';
import { printable } from '../errors/printable.ts';
import { localKnowledge } from '../query/input/local-knowledge.ts';
import { configuredTimeoutSec } from '../query/input/log-files.ts';
import { runSearch } from '../query/search/run-search.ts';
import type { LocalKnowledge } from '../query/search/search-stage.ts';
import { written, type Command, type CommandIo } from './command.ts';
import { complaint } from './complaint.ts';
import { logInput, warnOfIndex } from './search-input.ts';
import { optionHelp, parseOptions, callError } from './option-table.ts';
import { AUSEARCH_OPTIONS, OWN_OPTIONS, SEARCH_OPTIONS } from './search-options.ts';
import { openCheckpoint } from './search-checkpoint.ts';
import { searchRequest, type SearchRequest } from './search-request.ts';
import { coloured, wantsColours } from './colours.ts';
import { Progress } from './progress.ts';
import { tellUnreadable } from './unreadable.ts';
import { version } from './version.ts';

const HELP = `usage: bpfaudit search [options]

Finds events in audit logs: ours, auditd's, raw or enriched, rotated or piped in.

Options of ausearch(8):
${optionHelp(AUSEARCH_OPTIONS)}

Added:
${optionHelp(OWN_OPTIONS)}

Examples:
  bpfaudit search -m BPF_LSM_ACCESS -i          all BPF LSM decisions, in words
  bpfaudit search --verdict deny -ts today      what was denied today
  bpfaudit search -f /etc/passwd -if audit.log  who touched a file
  bpfaudit search -k ssh --format csv           events with a key, as csv
  bpfaudit search --verdict deny --follow -i    what is denied from now on
  bpfaudit search -ts today --ecs               for Elasticsearch, a line for each event
  cat audit.log | bpfaudit search -sv no        what failed, from a pipe

Exit: 0 found, 1 nothing found or an error, 10 to 12 a checkpoint that cannot be used.
`;

/** Exit codes of ausearch for a checkpoint that cannot be used. */
const CHECKPOINT_EXITS: Readonly<Record<string, number>> = {
  E_CHECKPOINT: 10,
  E_CHECKPOINT_WRITE: 11,
  E_CHECKPOINT_CORRUPTED: 12,
};

/** `bpfaudit search`: what ausearch does, and more. */
export const command: Command = { run };

async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  try {
    return await search(argv, io);
  } catch (error) {
    if (!(error instanceof BpfauditError)) throw error;
    await io.stderr.write(`bpfaudit search: ${complaint(error)}\n`);
    return CHECKPOINT_EXITS[error.code] ?? 1;
  }
}

async function search(argv: readonly string[], io: CommandIo): Promise<number> {
  const given = parseOptions(argv, SEARCH_OPTIONS);
  if (given.some((option) => option.spec.names.includes('--help'))) {
    await io.stdout.write(HELP);
    return 0;
  }
  if (given.some((option) => option.spec.names.includes('--version'))) {
    await io.stdout.write(`bpfaudit search ${version()}\n`);
    return 0;
  }
  const local = localKnowledge(io.env);
  const request = searchRequest(given, {
    names: local.names,
    nativeMachine: local.nativeMachine,
    time: { nowMs: Date.now(), uptimeSec: uptime(), dateFormat: local.dateFormat },
  });
  const found = request.follow ? await follow(request, local, io) : await searchOnce(request, local, io);
  if (found > 0 || request.follow) return 0;
  if (request.query.format !== 'raw') await io.stderr.write('<no matches>\n');
  return 1;
}

async function searchOnce(request: SearchRequest, local: LocalKnowledge, io: CommandIo): Promise<number> {
  const debug = request.debug
    ? (text: string): void => void io.stderr.write(`${printable(text)}\n`)
    : undefined;
  const checkpoint =
    request.checkpoint === undefined ? undefined : openCheckpoint(request, request.checkpoint);
  const progress = new Progress(io, request.showsProgress);
  const print = printer(request, io);
  const input = checkpoint?.input ?? logInput(request.input, request.useLogs);
  const { found, scan } = await runSearch({
    query: request.query,
    local,
    input,
    timeoutSec: timeoutOf(request),
    limit: request.limit,
    signal: io.signal,
    onOutput: async (bytes) => {
      progress.clear();
      await print(bytes);
    },
    returnsOutput: true,
    onProgress: (part) => progress.show(part),
    onStaleIndex: (index) => warnOfIndex(index, 'search', io),
    ...(debug === undefined ? {} : { onProblem: debug }),
    ...(checkpoint === undefined ? {} : { gate: checkpoint.gate }),
  });
  progress.clear();
  checkpoint?.save();
  await tellUnreadable(scan, input, { command: 'search', isDebug: request.debug }, io);
  if (request.query.countOnly === true) await io.stdout.write(`${found}\n`);
  return found;
}

/** From the end of the log on; with a time to start from, from there. */
async function follow(request: SearchRequest, local: LocalKnowledge, io: CommandIo): Promise<number> {
  const input = logInput(request.input, true);
  const path = input.kind === 'files' ? input.paths.at(-1) : undefined;
  if (path === undefined) throw callError('--follow needs a log file');
  const { followSearch } = await import('../query/search/follow-search.ts');
  return followSearch({
    path,
    query: request.query,
    local,
    timeoutSec: timeoutOf(request),
    limit: request.limit,
    fromStart: request.query.startSec !== undefined,
    signal: io.signal,
    onOutput: printer(request, io),
  });
}

function printer({ query }: SearchRequest, io: CommandIo): (bytes: Uint8Array) => Promise<void> {
  const isColoured = wantsColours(io, query.format);
  return (bytes) => written(io.stdout, isColoured ? coloured(bytes) : bytes);
}

function timeoutOf(request: SearchRequest): number {
  return request.timeoutSec ?? configuredTimeoutSec() ?? DEFAULT_EOE_TIMEOUT_SEC;
}
