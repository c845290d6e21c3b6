import { describe, expect, test } from 'vitest';
import { parseOptions } from '../../src/cli/option-table.ts';
import { searchRequest, type SearchRequest } from '../../src/cli/search-request.ts';
import { SEARCH_OPTIONS } from '../../src/cli/search-options.ts';

const CONTEXT = {
  names: { userId: () => undefined, groupId: () => undefined },
  nativeMachine: 'x86_64',
  time: { nowMs: Date.UTC(2026, 10, 20), uptimeSec: 1000, dateFormat: '%m/%d/%y' },
} as const;

function request(...argv: string[]): SearchRequest {
  return searchRequest(parseOptions(argv, SEARCH_OPTIONS), CONTEXT);
}

/** For options that do not take any text. */
const VALUES: Readonly<Record<string, string>> = {
  '--arch': 'b64',
  '--escape': 'raw',
  '--format': 'csv',
  '--sort': 'newest',
  '--where': 'pid=1',
  '-m': 'SYSCALL',
  '-sc': 'open',
  '-sv': 'no',
  '-te': 'now',
  '-ts': 'today',
};

const options = SEARCH_OPTIONS.map(({ names, value }) => ({
  name: names[0]!,
  takesValue: value !== undefined,
}));

describe('every option changes the request', () => {
  const plain = JSON.stringify(request());
  test.each(options.filter(({ name }) => name !== '-h' && name !== '-v'))('$name', ({ name, takesValue }) => {
    const argv = [name, ...(takesValue ? [VALUES[name] ?? '7'] : [])];
    const csv = name.startsWith('--extra') ? ['--format', 'csv'] : [];
    expect(JSON.stringify(request(...argv, ...csv))).not.toBe(plain);
  });
});

test.each<[string[], Partial<SearchRequest['query']>]>([
  [['-ui', '7', '-ua', '8'], { user: { uid: 8, name: undefined }, anyUser: true }],
  [['-ga', '7', '-ge', '8'], { gid: 7, egid: 8, anyGroup: true }],
  [['-se', 'x'], { subject: 'x', object: 'x', anyLabel: true }],
  [['-n', 'a', '-n', 'b'], { nodes: ['a', 'b'] }],
  [['-m', 'SYSCALL', '-m', '1302'], { types: [1300, 1302] }],
  [['-m', '!SYSCALL'], { types: [1300], typesInverted: true }],
  [['--session', '4294967295'], { session: -1 }],
  [['--session', '-1'], { session: -1 }],
  [['-e', '-13'], { exit: -13 }],
  [['--verdict', 'EPERM', '--prog', '7'], { bpf: { verdict: -1, progId: 7 } }],
  [['-i', '--format', 'interpret'], { format: 'interpret' }],
])('%j', (argv, query) => {
  expect(request(...argv).query).toMatchObject(query);
});

test.each<[string[], RegExp]>([
  [['-r', '--json'], /conflicting output formats raw and json/],
  [['--extra-keys'], /--extra options need --format csv/],
  [['--follow', '--sort', 'newest'], /--follow cannot be used with --sort or --checkpoint/],
  [['-sv', 'maybe'], /success must be 'yes' or 'no', was maybe/],
  [['-m', 'NONSENSE'], /NONSENSE is not a record type/],
  [['-a', 'x'], /event id must be a number, was x/],
])('%j is refused', (argv, message) => {
  expect(() => request(...argv)).toThrow(
    expect.objectContaining({ code: 'E_USAGE', message: expect.stringMatching(message) }),
  );
});
