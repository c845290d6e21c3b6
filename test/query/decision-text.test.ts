import { expect, test } from 'vitest';
import { formatCsv, formatText } from '../../src/query/output/csv.ts';
import { recordLine } from '../../src/query/output/event-text.ts';
import { ORACLE_TEXT } from '../helpers/oracle-text.ts';

const COLUMNS = { keys: false, labels: false, object2: false, time: false };

const told = (...bodies: string[]) => ({
  sec: 1_700_000_000,
  milli: 0,
  serial: 7,
  node: null,
  records: bodies.map((body) => recordLine(1427, `type=UNKNOWN[1427] msg=audit(1700000000.000:7): ${body}`)),
});
const sentence = (...bodies: string[]): string =>
  formatText(told(...bodies), ORACLE_TEXT).slice('At 22:13:20 11/14/23 '.length);
const csv = (...bodies: string[]): string[] =>
  formatCsv(told(...bodies), COLUMNS, ORACLE_TEXT)
    .trimEnd()
    .split(',');

test.each([
  ['verdict=-1', ' unsuccessfully accessed-mac-policy-controlled-object /etc/x using cat\n'],
  ['verdict=0', ' successfully accessed-mac-policy-controlled-object /etc/x using cat\n'],
  ['verdict=-1 permissive=1', ' successfully accessed-mac-policy-controlled-object /etc/x using cat\n'],
  ['cause="nothing decided"', ' accessed-mac-policy-controlled-object /etc/x using cat\n'],
])('a decision in a sentence: %s', (verdict, expected) => {
  expect(sentence(`prog-id=5 pid=1 comm="cat" path="/etc/x" ${verdict}`)).toBe(expected);
});

test('the columns of csv', () => {
  expect(csv('prog-id=5 pid=1 comm="nc" saddr=10.0.0.1 daddr=10.0.0.2 dest=443 verdict=-13')).toEqual(
    ',BPF_LSM_ACCESS,11/14/23,22:13:20,7,mac-decision,,,,,accessed-mac-policy-controlled-object,failed,10.0.0.2,443,socket,nc'.split(
      ',',
    ),
  );
});

test('of several decisions the denial counts', () => {
  expect(sentence('comm="a" path="/1" verdict=0', 'comm="a" path="/2" verdict=-1', 'comm="b"')).toBe(
    ' unsuccessfully accessed-mac-policy-controlled-object /2 using a\n',
  );
});

test('a path cannot write to the terminal', () => {
  expect(sentence('comm="a" path=2F1B5B324A')).toContain('object /\\033[2J using');
});
