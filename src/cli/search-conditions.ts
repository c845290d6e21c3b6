import { ESCAPE_MODES } from '../audit/interpret/escape.ts';
import type { Machine } from '../audit/tables/machines.ts';
import type { BpfConditions, SearchQuery } from '../query/search/query.ts';
import { SORT_ORDERS } from '../query/search/sorted-output.ts';
import { parseWhere } from '../query/where/parser.ts';
import { callError } from './option-table.ts';
import { count, elfOf, exitCode, group, integer, oneOf, user, verdict, type Ids } from './search-values.ts';

/** What the values of conditions are looked up with. */
export interface LookUp {
  readonly names: Ids;
  readonly nativeMachine: Machine;
}

type Table<Part> = Readonly<Record<string, (value: string, by: LookUp) => Partial<Part>>>;

/** What an option adds to the query, by its first name. @throws E_USAGE for a value that makes no sense. */
export const QUERY_OPTIONS: Table<SearchQuery> = {
  '-a': (value) => ({ eventId: count(value, 'event id') }),
  '--arch': (value, { nativeMachine }) => ({ arch: elfOf(value, nativeMachine) }),
  '-c': (comm) => ({ comm }),
  '-e': (value) => ({ exit: exitCode(value) }),
  '--escape': (value) => ({ escape: oneOf(value, ESCAPE_MODES, 'escape') }),
  '--extra-keys': () => ({ extraKeys: true }),
  '--extra-labels': () => ({ extraLabels: true }),
  '--extra-obj2': () => ({ extraObject2: true }),
  '--extra-time': () => ({ extraTime: true }),
  '-f': (file) => ({ file }),
  '-ga': (value, { names }) => {
    const gid = group(value, names);
    return { gid, egid: gid, anyGroup: true };
  },
  '-ge': (value, { names }) => ({ egid: group(value, names) }),
  '-gi': (value, { names }) => ({ gid: group(value, names) }),
  '-hn': (host) => ({ host }),
  '-k': (key) => ({ key }),
  '-o': (object) => ({ object }),
  '-p': (value) => ({ pid: count(value, 'process id') }),
  '-pp': (value) => ({ ppid: count(value, 'parent process id') }),
  '-se': (label) => ({ subject: label, object: label, anyLabel: true }),
  // 4294967295, as the kernel writes it, and -1 are both unset.
  '--session': (value) => ({ session: integer(value, 'session id') | 0 }),
  '-su': (subject) => ({ subject }),
  '-sv': (value) => {
    if (value !== 'yes' && value !== 'no') throw callError(`success must be 'yes' or 'no', was ${value}`);
    return { success: value === 'yes' };
  },
  '-tm': (terminal) => ({ terminal }),
  '-ua': (value, { names }) => {
    const one = user(value, names);
    return { user: one, effectiveUser: one, loginUser: one, anyUser: true };
  },
  '-ue': (value, { names }) => ({ effectiveUser: user(value, names) }),
  '-ui': (value, { names }) => ({ user: user(value, names) }),
  '-ul': (value, { names }) => ({ loginUser: user(value, names) }),
  '-uu': (uuid) => ({ uuid }),
  '-vm': (vm) => ({ vm }),
  '-w': () => ({ wholeWord: true }),
  '-x': (exe) => ({ exe }),
  '--count': () => ({ countOnly: true }),
  '--sort': (value) => ({ sort: oneOf(value, SORT_ORDERS, 'order') }),
  '--stock': () => ({ stock: true }),
  '--where': (where) => {
    parseWhere(where);
    return { where };
  },
};

/** What an option adds to the conditions on BPF LSM decisions. @throws E_USAGE */
export const BPF_OPTIONS: Table<BpfConditions> = {
  '--cause': (cause) => ({ cause }),
  '--cgroup': (cgroup) => ({ cgroup }),
  '--daddr': (daddr) => ({ daddr }),
  '--hook': (hook) => ({ hook }),
  '--path': (path) => ({ path }),
  '--policy': (policy) => ({ policy }),
  '--prog': (value) => ({ progId: count(value, 'program id') }),
  '--verdict': (value) => ({ verdict: verdict(value) }),
};
