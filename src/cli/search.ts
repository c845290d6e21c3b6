import { uptime } from 'node:os';
import { DEFAULT_EOE_TIMEOUT_SEC } from '../audit/group/grouper.ts';
import { BpfauditError } from '../errors/audit-error.ts';
import { localKnowledge } from '../query/input/local-knowledge.ts';
import { configuredTimeoutSec } from '../query/input/log-files.ts';
import { runSearch } from '../query/search/run-search.ts';
import { written, type Command, type CommandIo } from './command.ts';
import { logInput } from './search-input.ts';
import { optionHelp, parseOptions } from './option-table.ts';
import { AUSEARCH_OPTIONS, OWN_OPTIONS, SEARCH_OPTIONS } from './search-options.ts';
import { openCheckpoint } from './search-checkpoint.ts';
import { searchRequest } from './search-request.ts';

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
export const command: Command = {
  name: 'search',
  summary: 'find events in audit logs',
  run,
};

async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  try {
    return await search(argv, io);
  } catch (error) {
    if (!(error instanceof BpfauditError)) throw error;
    const hint = error.hint === undefined ? '' : `; hint: ${error.hint}`;
    await io.stderr.write(`bpfaudit search: ${error.message} (${error.code})${hint}\n`);
    return CHECKPOINT_EXITS[error.code] ?? 1;
  }
}

async function search(argv: readonly string[], io: CommandIo): Promise<number> {
  const given = parseOptions(argv, SEARCH_OPTIONS);
  if (given.some((option) => option.spec.names.includes('--help'))) {
    await io.stdout.write(HELP);
    return 0;
  }
  const local = localKnowledge(io.env);
  const request = searchRequest(given, {
    names: local.names,
    nativeMachine: local.nativeMachine,
    time: { nowMs: Date.now(), uptimeSec: uptime(), dateFormat: local.dateFormat },
  });
  const debug = request.debug ? (text: string): void => void io.stderr.write(`${text}\n`) : undefined;
  const checkpoint =
    request.checkpoint === undefined ? undefined : openCheckpoint(request, request.checkpoint);
  const result = await runSearch({
    query: request.query,
    local,
    input: checkpoint?.input ?? logInput(request.input, request.useLogs),
    timeoutSec: request.timeoutSec ?? configuredTimeoutSec() ?? DEFAULT_EOE_TIMEOUT_SEC,
    limit: request.limit,
    signal: io.signal,
    onOutput: (bytes) => written(io.stdout, bytes),
    returnsOutput: true,
    ...(debug === undefined ? {} : { onProblem: debug }),
    ...(checkpoint === undefined ? {} : { gate: checkpoint.gate }),
  });
  checkpoint?.save();
  if (request.query.countOnly === true) await io.stdout.write(`${result.found}\n`);
  if (result.found > 0) return 0;
  if (request.query.format !== 'raw') await io.stderr.write('<no matches>\n');
  return 1;
}
