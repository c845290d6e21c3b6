import { describe, expect, test } from 'vitest';
import { BpfauditError } from '../../src/errors/audit-error.ts';
import { NO_NAMES } from '../../src/audit/interpret/names.ts';
import { recordLine } from '../../src/query/output/event-text.ts';
import { globMatches, wherePredicate } from '../../src/query/where/evaluate.ts';

const EVENT = {
  sec: 1_500_000_000,
  milli: 1,
  serial: 7,
  node: null,
  records: [
    recordLine(
      1427,
      'type=UNKNOWN[1427] msg=audit(1500000000.001:7): prog-id=5 comm="cat" cause="secret" path="/tmp/a" verdict=-1',
    ),
    recordLine(
      1300,
      'type=SYSCALL msg=audit(1500000000.001:7): arch=c000003e syscall=257 auid=1000 uid=0 comm="cat"',
    ),
    recordLine(1302, 'type=PATH msg=audit(1500000000.001:7): item=0 name=2F6574632F61206220'),
  ],
};

test.each([
  ['auid>=1000', true],
  ['auid>1000', false],
  ['syscall==openat', true],
  ['syscall==257 && comm=cat', true],
  ['comm!=cat', false],
  ['nothere!=cat', false],
  ['!nothere', true],
  ['path~"/etc/*"', true],
  ['path!~"/etc/*"', false],
  ['path=="/etc/a b "', true],
  ['type==BPF_LSM_ACCESS && verdict<0', true],
  ['type==1427 && (uid==5 || uid==root)', true],
  ['uid==5 || uid==6 && comm==cat', false],
  ['serial==7 && !node', true],
])('%s is %s', (text, expected) => {
  expect(wherePredicate(text, NO_NAMES)(EVENT)).toBe(expected);
});

describe('errors point at the column', () => {
  test.each([
    ['auid>=', 7, 'expected a value'],
    ['&& a', 1, 'expected the name of a field'],
    ['(a==1', 6, 'expected )'],
    ['a==1 b', 6, 'expected && or ||'],
    ['a=="x', 4, 'the string has no end'],
    ['a==1 § b', 6, 'is not part of the language'],
    [`${'('.repeat(100)}a`, 66, 'too many brackets'],
  ])('%s', (text, column, expected) => {
    const parse = () => wherePredicate(text, NO_NAMES);
    expect(parse).toThrow(BpfauditError);
    expect(parse).toThrow(`column ${column} of`);
    expect(parse).toThrow(expected);
  });
});

test('a pattern of many stars does not take forever', () => {
  expect(globMatches(`${'*a'.repeat(30)}b`, 'a'.repeat(5000))).toBe(false);
});
