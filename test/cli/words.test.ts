import { expect, test } from 'vitest';
import { parseDaemon } from '../../src/cli/bpfauditd/options.ts';
import { readWords } from '../../src/cli/words.ts';

const OPTIONS = { json: { type: 'boolean' }, socket: { type: 'string' } } as const;

test('options and words', () => {
  const { values, positionals } = readWords('status', ['--json', 'a', '--socket', 'b'], OPTIONS, true);
  expect({ ...values }).toEqual({ json: true, socket: 'b' });
  expect(positionals).toEqual(['a']);
});

test.each([
  [['--jsno'], 'status: unknown option --jsno', 'did you mean --json?'],
  [['--quite-another'], 'status: unknown option --quite-another', 'see bpfaudit status --help'],
  [['-x'], 'status: unknown option -x', 'see bpfaudit status --help'],
  [['--socket'], "status: Option '--socket <value>' argument missing", 'see bpfaudit status --help'],
  [['a'], expect.stringMatching(/^status: Unexpected argument 'a'/), 'see bpfaudit status --help'],
])('%s is refused', (argv, message, hint) => {
  expect(() => readWords('status', argv, OPTIONS)).toThrow(
    expect.objectContaining({ code: 'E_USAGE', message, hint }),
  );
});

test.each([
  [['--chekc'], 'unknown option --chekc', 'did you mean --check?'],
  [['-x'], 'unknown option -x', 'see bpfauditd --help'],
  [['a'], expect.stringMatching(/^Unexpected argument 'a'/), 'see bpfauditd --help'],
])('bpfauditd %s is refused', (argv, message, hint) => {
  expect(() => parseDaemon(argv)).toThrow(expect.objectContaining({ code: 'E_USAGE', message, hint }));
});

test('what bpfauditd is asked to do', () => {
  expect(parseDaemon([])).toMatchObject({ action: 'run', foreground: false, verbose: false });
  expect(parseDaemon(['-n', '-c', '/a'])).toMatchObject({
    foreground: true,
    verbose: false,
    configFile: '/a',
  });
  expect(parseDaemon(['-f'])).toMatchObject({ foreground: true, verbose: true });
  expect(parseDaemon(['--check', '--help'])).toMatchObject({ action: 'help' });
});
