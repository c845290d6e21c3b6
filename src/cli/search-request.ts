import { ESCAPE_MODES } from '../audit/interpret/escape.ts';
import { ELF_ARCHES, MACHINES, type Machine } from '../audit/tables/machines.ts';
import { recordTypeNumber } from '../audit/tables/record-types.ts';
import { syscallNumber } from '../audit/tables/syscalls.ts';
import type { SystemNames } from '../query/input/local-knowledge.ts';
import { SEARCH_FORMATS, type BpfConditions, type SearchQuery } from '../query/search/query.ts';
import { SORT_ORDERS } from '../query/search/sorted-output.ts';
import { isTimeWord, parseTime, type TimeContext } from '../query/search/time-words.ts';
import { parseWhere } from '../query/where/parser.ts';
import { usageError, type GivenOption } from './option-table.ts';
import { count, elfOf, exitCode, group, integer, oneOf, user, verdict } from './search-values.ts';

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
export interface RequestContext {
  readonly names: SystemNames;
  readonly time: TimeContext;
  readonly nativeMachine: Machine;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type MutableQuery = Mutable<SearchQuery>;
interface Draft {
  readonly query: MutableQuery;
  readonly bpf: Mutable<BpfConditions>;
  readonly rest: Mutable<Omit<SearchRequest, 'query'>>;
  syscall: string | undefined;
}

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
    throw usageError('--follow cannot be used with --sort or --checkpoint');
  if (extra && query.format !== 'csv') throw usageError('--extra options need --format csv');
  return { query, ...rest };
}

function apply(option: GivenOption, draft: Draft, context: RequestContext): void {
  const value = option.values[0] ?? '';
  const name = option.spec.names[0] ?? '';
  const set = TEXT_OPTIONS[name];
  if (set !== undefined) draft.query[set] = value;
  else if (!applyFlag(name, draft) && !applyIdentity(name, value, draft.query, context)) {
    applyOther(name, option, draft, context);
  }
}

const TEXT_OPTIONS: Readonly<
  Record<string, 'comm' | 'file' | 'host' | 'key' | 'object' | 'subject' | 'terminal' | 'uuid' | 'vm' | 'exe'>
> = {
  '-c': 'comm',
  '-f': 'file',
  '-hn': 'host',
  '-k': 'key',
  '-o': 'object',
  '-su': 'subject',
  '-tm': 'terminal',
  '-uu': 'uuid',
  '-vm': 'vm',
  '-x': 'exe',
};

function applyFlag(name: string, { query, rest }: Draft): boolean {
  switch (name) {
    case '--extra-keys':
      query.extraKeys = true;
      return true;
    case '--extra-labels':
      query.extraLabels = true;
      return true;
    case '--extra-obj2':
      query.extraObject2 = true;
      return true;
    case '--extra-time':
      query.extraTime = true;
      return true;
    case '-i':
      setFormat(query, 'interpret');
      return true;
    case '-r':
      setFormat(query, 'raw');
      return true;
    case '--json':
      setFormat(query, 'json');
      return true;
    case '--ecs':
      setFormat(query, 'ecs');
      return true;
    case '--ocsf':
      setFormat(query, 'ocsf');
      return true;
    case '-w':
      query.wholeWord = true;
      return true;
    case '--count':
      query.countOnly = true;
      return true;
    case '--stock':
      query.stock = true;
      return true;
    default:
      return applyRunFlag(name, rest);
  }
}

function applyRunFlag(name: string, rest: Draft['rest']): boolean {
  if (name === '--debug') rest.debug = true;
  else if (name === '--input-logs') rest.useLogs = true;
  else if (name === '--just-one') rest.limit = 1;
  else if (name === '-l') rest.lineBuffered = true;
  else if (name === '--follow') rest.follow = true;
  else if (name === '--no-progress') rest.showsProgress = false;
  else return false;
  return true;
}

function applyIdentity(name: string, value: string, query: MutableQuery, context: RequestContext): boolean {
  switch (name) {
    case '-ui':
      query.user = user(value, context.names);
      return true;
    case '-ue':
      query.effectiveUser = user(value, context.names);
      return true;
    case '-ul':
      query.loginUser = user(value, context.names);
      return true;
    case '-ua':
      query.user = user(value, context.names);
      query.effectiveUser = query.user;
      query.loginUser = query.user;
      query.anyUser = true;
      return true;
    case '-gi':
      query.gid = group(value, context.names);
      return true;
    case '-ge':
      query.egid = group(value, context.names);
      return true;
    case '-ga':
      query.gid = group(value, context.names);
      query.egid = query.gid;
      query.anyGroup = true;
      return true;
    case '-se':
      query.subject = value;
      query.object = value;
      query.anyLabel = true;
      return true;
    default:
      return false;
  }
}

function applyOther(name: string, option: GivenOption, draft: Draft, context: RequestContext): void {
  const { query, rest } = draft;
  const value = option.values[0] ?? '';
  switch (name) {
    case '-a':
      query.eventId = count(value, 'event id');
      break;
    case '-p':
      query.pid = count(value, 'process id');
      break;
    case '-pp':
      query.ppid = count(value, 'parent process id');
      break;
    case '--session':
      query.session = integer(value, 'session id') | 0;
      break;
    case '-e':
      query.exit = exitCode(value);
      break;
    case '-sv':
      if (value !== 'yes' && value !== 'no') throw usageError(`success must be 'yes' or 'no', was ${value}`);
      query.success = value === 'yes';
      break;
    case '--arch':
      query.arch = elfOf(value, context.nativeMachine);
      break;
    case '-sc':
      draft.syscall = value;
      break;
    case '-m':
      setTypes(query, value);
      break;
    case '-n':
      query.nodes = [...(query.nodes ?? []), value];
      break;
    case '--format':
      setFormat(query, oneOf(value.startsWith('interp') ? 'interpret' : value, SEARCH_FORMATS, 'format'));
      break;
    case '--escape':
      query.escape = oneOf(value, ESCAPE_MODES, 'escape');
      break;
    case '-if':
      rest.input = value;
      break;
    case '--sort':
      query.sort = oneOf(value, SORT_ORDERS, 'order');
      break;
    case '--limit':
      rest.limit = count(value, 'limit');
      break;
    case '--eoe-timeout':
      rest.timeoutSec = count(value, 'end of event timeout');
      break;
    case '--where':
      parseWhere(value);
      query.where = value;
      break;
    case '--checkpoint':
      rest.checkpoint = value;
      break;
    default:
      applyTimes(name, option, draft, context);
  }
}

function applyTimes(name: string, option: GivenOption, draft: Draft, context: RequestContext): void {
  const { query, rest } = draft;
  if (name === '-ts' && option.values[0] === 'checkpoint') rest.checkpointTimeOnly = true;
  else if (name === '-ts') query.startSec = timeOf(option.values, 'start', context);
  else if (name === '-te') query.endSec = timeOf(option.values, 'end', context);
  else applyBpf(name, option.values[0] ?? '', draft.bpf);
}

function applyBpf(name: string, value: string, bpf: Mutable<BpfConditions>): void {
  switch (name) {
    case '--prog':
      bpf.progId = count(value, 'program id');
      break;
    case '--verdict':
      bpf.verdict = verdict(value);
      break;
    case '--policy':
    case '--hook':
    case '--cause':
    case '--path':
    case '--daddr':
    case '--cgroup': {
      const field = name.slice(2);
      Object.assign(bpf, { [field]: value });
      break;
    }
    default:
      throw usageError(`${name} is an unsupported option`);
  }
}

function timeOf(values: readonly string[], edge: 'start' | 'end', context: RequestContext): number {
  const [first = '', second] = values;
  const usable = second === undefined || isTimeWord(first) || first.includes(':') || second.includes(':');
  return parseTime(usable ? values : [first], edge, context.time);
}

function setFormat(query: MutableQuery, format: SearchQuery['format']): void {
  if (query.format !== 'default' && query.format !== format) {
    throw usageError(`conflicting output formats ${query.format} and ${format}`);
  }
  query.format = format;
}

function setTypes(query: MutableQuery, value: string): void {
  if (value.toUpperCase() === 'ALL') return;
  const inverted = value.startsWith('!');
  const words = (inverted ? value.slice(1) : value).split(',').filter((word) => word !== '');
  const types = words.map((word) => {
    const type = recordTypeNumber(word);
    if (type === undefined) throw usageError(`${word} is not a record type`);
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
  if (number === undefined) throw usageError(`syscall ${value} not found on ${machine}`);
  query.syscall = number;
}
