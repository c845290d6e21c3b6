import { ELF_ARCHES, MACHINES } from '../audit/tables/machines.ts';
import { recordTypeNumber } from '../audit/tables/record-types.ts';
import { syscallNumber } from '../audit/tables/syscalls.ts';
import { SEARCH_FORMATS, type BpfConditions, type SearchQuery } from '../query/search/query.ts';
import { isTimeWord, parseTime, type TimeContext } from '../query/search/time-words.ts';
import { callError, type GivenOption } from './option-table.ts';
import { BPF_OPTIONS, QUERY_OPTIONS, type LookUp } from './search-conditions.ts';
import { count, oneOf } from './search-values.ts';

/** A search as it was asked for on the command line. */
export interface SearchRequest {
  readonly query: SearchQuery;
  /** File or directory, or undefined for the logs of this machine or stdin. */
  readonly input?: string;
  readonly useLogs: boolean;
  readonly limit: number;
  readonly timeoutSec?: number;
  readonly debug: boolean;
  readonly checkpoint?: string;
  /** Take only the time from the checkpoint file: `-ts checkpoint`. */
  readonly checkpointTimeOnly: boolean;
  readonly lineBuffered: boolean;
  readonly follow: boolean;
  readonly showsProgress: boolean;
}

/** What values on the command line are looked up with. */
export interface RequestContext extends LookUp {
  readonly time: TimeContext;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type MutableQuery = Mutable<SearchQuery>;
type Rest = Omit<SearchRequest, 'query'>;
interface Draft {
  readonly query: MutableQuery;
  readonly bpf: Mutable<BpfConditions>;
  readonly rest: Mutable<Rest>;
  syscall: string | undefined;
}

/** What an option says about how to search, by its first name. */
const RUN_OPTIONS: Readonly<Record<string, (value: string) => Partial<Rest>>> = {
  '--checkpoint': (checkpoint) => ({ checkpoint }),
  '--debug': () => ({ debug: true }),
  '--eoe-timeout': (value) => ({ timeoutSec: count(value, 'end of event timeout') }),
  '--follow': () => ({ follow: true }),
  '-if': (input) => ({ input }),
  '--input-logs': () => ({ useLogs: true }),
  '--just-one': () => ({ limit: 1 }),
  '-l': () => ({ lineBuffered: true }),
  '--limit': (value) => ({ limit: count(value, 'limit') }),
  '--no-progress': () => ({ showsProgress: false }),
};

/** Options for a format of their own. */
const FORMAT_OPTIONS: Readonly<Record<string, SearchQuery['format']>> = {
  '-i': 'interpret',
  '-r': 'raw',
  '--json': 'json',
  '--ecs': 'ecs',
  '--ocsf': 'ocsf',
};

/** Makes a request of the options. @throws E_USAGE for a value that makes no sense. */
export function searchRequest(given: readonly GivenOption[], context: RequestContext): SearchRequest {
  const draft: Draft = {
    query: { format: 'default', escape: 'tty' },
    bpf: {},
    rest: {
      useLogs: false,
      limit: Infinity,
      debug: false,
      checkpointTimeOnly: false,
      lineBuffered: false,
      follow: false,
      showsProgress: true,
    },
    syscall: undefined,
  };
  for (const option of given) apply(option, draft, context);
  const { query, bpf, rest, syscall } = draft;
  if (syscall !== undefined) setSyscall(query, syscall, context);
  if (Object.keys(bpf).length > 0) query.bpf = bpf;
  const extra = query.extraKeys ?? query.extraLabels ?? query.extraObject2 ?? query.extraTime ?? false;
  if (rest.follow && (query.sort !== undefined || rest.checkpoint !== undefined))
    throw callError('--follow cannot be used with --sort or --checkpoint');
  if (extra && query.format !== 'csv') throw callError('--extra options need --format csv');
  return { query, ...rest };
}

function apply(option: GivenOption, draft: Draft, context: RequestContext): void {
  const value = option.values[0] ?? '';
  const name = option.spec.names[0] ?? '';
  const { query, bpf, rest } = draft;
  const format = FORMAT_OPTIONS[name];
  if (format !== undefined) setFormat(query, format);
  else if (name in QUERY_OPTIONS) Object.assign(query, QUERY_OPTIONS[name]!(value, context));
  else if (name in BPF_OPTIONS) Object.assign(bpf, BPF_OPTIONS[name]!(value, context));
  else if (name in RUN_OPTIONS) Object.assign(rest, RUN_OPTIONS[name]!(value));
  else applyOther(name, option.values, draft, context);
}

/** Options that add to what others said, or mean something only together with them. */
function applyOther(name: string, values: readonly string[], draft: Draft, context: RequestContext): void {
  const { query, rest } = draft;
  const [value = ''] = values;
  switch (name) {
    case '--format':
      setFormat(query, oneOf(value.startsWith('interp') ? 'interpret' : value, SEARCH_FORMATS, 'format'));
      break;
    case '-m':
      setTypes(query, value);
      break;
    case '-n':
      query.nodes = [...(query.nodes ?? []), value];
      break;
    case '-sc':
      draft.syscall = value;
      break;
    case '-te':
      query.endSec = timeOf(values, 'end', context);
      break;
    case '-ts':
      if (value === 'checkpoint') rest.checkpointTimeOnly = true;
      else query.startSec = timeOf(values, 'start', context);
      break;
    default:
      throw callError(`${name} is an unsupported option`);
  }
}

function timeOf(values: readonly string[], edge: 'start' | 'end', context: RequestContext): number {
  const [first = '', second] = values;
  const usable = second === undefined || isTimeWord(first) || first.includes(':') || second.includes(':');
  return parseTime(usable ? values : [first], edge, context.time);
}

function setFormat(query: MutableQuery, format: SearchQuery['format']): void {
  if (query.format !== 'default' && query.format !== format) {
    throw callError(`conflicting output formats ${query.format} and ${format}`);
  }
  query.format = format;
}

function setTypes(query: MutableQuery, value: string): void {
  if (value.toUpperCase() === 'ALL') return;
  const inverted = value.startsWith('!');
  const words = (inverted ? value.slice(1) : value).split(',').filter((word) => word !== '');
  const types = words.map((word) => {
    const type = recordTypeNumber(word);
    if (type === undefined) throw callError(`${word} is not a record type`);
    return type;
  });
  query.types = [...(query.types ?? []), ...types];
  if (inverted) query.typesInverted = true;
}

function setSyscall(query: MutableQuery, value: string, context: RequestContext): void {
  if (/^\d/.test(value)) {
    query.syscall = count(value, 'syscall');
    return;
  }
  query.arch ??= ELF_ARCHES[context.nativeMachine] ?? 0;
  const machine = MACHINES.find((name) => ELF_ARCHES[name] === query.arch) ?? context.nativeMachine;
  const number = syscallNumber(machine, value);
  if (number === undefined) throw callError(`syscall ${value} not found on ${machine}`);
  query.syscall = number;
}
