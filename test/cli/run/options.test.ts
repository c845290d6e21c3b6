import { expect, test } from 'vitest';
import { parseRun, type RunOptions } from '../../../src/cli/run/options.ts';

function parse(...argv: readonly string[]): RunOptions {
  const options = parseRun(argv);
  if (options === 'help') throw new TypeError('asked for help');
  return options;
}

test('without options nothing is switched on', () => {
  expect(parse('a.bpf.o')).toMatchObject({
    policies: ['a.bpf.o'],
    join: undefined,
    toAudit: false,
    ruleErrnos: undefined,
    paths: undefined,
    ring: undefined,
    joinWait: undefined,
  });
});

test('companion rules are for EPERM and EACCES, or what is named', () => {
  expect(parse('--join', 'beside', '--rules').ruleErrnos).toEqual([1, 13]);
  expect(parse('--join', 'beside', '--rules', '--rules-errno', 'erofs,EPERM').ruleErrnos).toEqual([30, 1]);
});

test('the wait for the kernel is given in seconds', () => {
  expect(parse('--join', 'beside', '--join-wait', '0.5').joinWait).toBe(500);
});

test('what goes to audit gets the kernel’s serial', () => {
  expect(parse('--to-audit')).toMatchObject({ toAudit: true, join: 'serial' });
  expect(parse('--to-audit', '--join', 'beside')).toMatchObject({ join: 'beside' });
  expect(parse('--to-audit', '--rules').ruleErrnos).toEqual([1, 13]);
});

test('auditd’s name for this machine', () => {
  expect(parse('--join', 'plugin', '--node', 'web1')).toMatchObject({ join: 'plugin', node: 'web1' });
  expect(parse('--join', 'plugin').node.length).toBeGreaterThan(0);
});

test.each([
  [['--rules'], '--rules: needs --join or --to-audit'],
  [['--join', 'beside', '--rules-errno', 'EPERM'], '--rules-errno: needs --rules'],
  [['--join', 'beside', '--rules', '--rules-errno', 'EPERM,13'], 'found 13'],
  [['--join', 'above'], '--join: expected beside, instead, plugin or serial, found above'],
  [['--to-audit', '--json'], '--to-audit: audit takes records, not --json'],
  [['--to-audit', '--join', 'instead'], 'needs an auditd that reads'],
  [['--paths', 'constructor'], '--paths: expected auto, helper or walk'],
  [['--join-wait', '3'], '--join-wait: needs --join'],
  [['--join', 'beside', '--join-wait', '0'], '--join-wait: expected seconds from 0.1 to 60, found 0'],
  [['--join', 'beside', '--join-wait', ''], '--join-wait: expected seconds'],
  [['--ring', '65537'], '--ring: expected a power of two'],
  [['--rulez'], 'rulez'],
])('%j is wrong usage', (argv, message) => {
  expect(() => parseRun(argv)).toThrow(message);
  expect(() => parseRun(argv)).toThrow(expect.objectContaining({ code: 'E_USAGE' }));
});

test('help', () => {
  expect(parseRun(['-h'])).toBe('help');
});
