import { expect, test } from 'vitest';
import { explainEvent } from '../../src/query/output/explain.ts';
import { recordLine } from '../../src/query/output/event-text.ts';
import { ORACLE_TEXT } from '../helpers/oracle-text.ts';

function told(body: string): string {
  const line = `type=UNKNOWN[1427] msg=audit(1795151761.717:17): ${body}`;
  const event = { sec: 1_795_151_761, milli: 717, serial: 17, node: null, records: [recordLine(1427, line)] };
  return explainEvent(event, ORACLE_TEXT);
}

test('a denial is told with its policy, hook, cause and path', () => {
  const text = told(
    'prog-id=5 pid=151 comm="cat" cause="secret" path="/tmp/secret" verdict=-1 policy="secrets" lsm-hook=file_open cgroup="/system.slice/x.service"',
  );
  expect(text).toContain(
    'The policy secrets (program 5) denied this with EPERM (Operation not permitted) in the hook file_open.',
  );
  expect(text).toContain('control group: /system.slice/x.service');
  expect(text).toContain('cause: secret');
  expect(text).toContain('command: cat, process 151');
});

test('what was not logged is not told', () => {
  const text = told('prog-id=5 pid=151 comm="cat"');
  expect(text).toContain('does not say what it decided');
  expect(text).not.toContain('path:');
});

test('a path cannot write to the terminal', () => {
  expect(told('prog-id=5 pid=1 comm="x" path=2F1B5B324A')).toContain('path: /\\033[2J');
});
