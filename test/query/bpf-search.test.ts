import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { interpretBody } from '../../src/audit/interpret/record.ts';
import { RecordFields } from '../../src/query/normalize/record-fields.ts';
import { recordLine } from '../../src/query/output/event-text.ts';
import { readBpfAccess } from '../../src/query/items/bpf-records.ts';
import type { SearchQuery } from '../../src/query/search/query.ts';
import { ORACLE_LOCAL } from '../helpers/oracle-names.ts';
import { searchLogs } from '../helpers/search-logs.ts';

// Records of a kernel that carries the proposed kfuncs, in the form in which they stand on disk.
const LOG = path.resolve(import.meta.dirname, '../fixtures/audit/bpf-lsm-kernel-7.2.log');

async function found(query: Partial<SearchQuery>): Promise<{ count: number; text: string }> {
  const { found: count, output } = await searchLogs([LOG], query);
  return { count, text: output.toString('latin1') };
}

describe('BPF LSM decisions', () => {
  const all = readFileSync(LOG, 'latin1');
  const events = new Set([...all.matchAll(/UNKNOWN\[1427\] msg=audit\(([^)]+)\)/g)].map((match) => match[1]))
    .size;

  test('are found by their type, with the records of the same event', async () => {
    const { count, text } = await found({ types: [1427] });
    expect(count).toBe(events);
    expect(text).toContain('type=SYSCALL');
  });

  test('are found by what they say', async () => {
    expect((await found({ bpf: { path: '/dev/null' } })).count).toBeGreaterThan(0);
    expect((await found({ bpf: { cause: 'path' } })).text).toContain('cause="path"');
    expect((await found({ bpf: { cause: 'nowhere to be found' } })).count).toBe(0);
    const { count, text } = await found({ bpf: { daddr: '127.0.0.1' } });
    expect(count).toBe(1);
    expect(text).toContain(' daddr=127.0.0.1 ');
    expect((await found({ bpf: { daddr: '10.9.9.9' } })).count).toBe(0);
  });

  test('a verdict that was not logged matches nothing', async () => {
    expect((await found({ bpf: { verdict: 'deny' } })).count).toBe(0);
  });
});

describe('one record', () => {
  const text =
    'type=UNKNOWN[1427] msg=audit(1795151761.717:17): prog-id=5 pid=151 comm="cat" cause=6120736563726574 ' +
    'path="/tmp/secret" dev="rootfs" ino=31 saddr=10.0.0.1 verdict=-1';

  test('is taken apart', () => {
    expect(readBpfAccess(text)).toEqual({
      progId: 5,
      pid: 151,
      comm: 'cat',
      cause: 'a secret',
      path: '/tmp/secret',
      saddr: '10.0.0.1',
      verdict: -1,
    });
  });

  test('a value cannot pass for another field', () => {
    expect(readBpfAccess('msg=audit(1.1:1): comm="x verdict=0" verdict=-1').verdict).toBe(-1);
  });

  test('its address is text, not a socket address, and its cause is decoded', () => {
    const body = text.slice(text.indexOf(')') + 1);
    const words = interpretBody(1427, body, '', { a0: 0, a1: 0 }, { ...ORACLE_LOCAL, escape: 'tty' });
    expect(words).toContain('saddr=10.0.0.1 ');
    expect(words).toContain('cause=a secret ');
    expect(words).toContain('dev=rootfs ');
  });

  test('a text in quotes may have blanks in it', () => {
    const line = 'type=UNKNOWN[1427] msg=audit(1.1:1): prog-id=5 lockdown_reason="use of bpf" verdict=-1';
    const { fields } = new RecordFields(recordLine(1427, line));
    expect(fields).toContainEqual({ name: 'lockdown_reason', value: '"use of bpf"' });
    expect(fields.at(-1)).toEqual({ name: 'verdict', value: '-1' });
  });

  test('control characters do not reach the terminal', () => {
    const body = ': comm=1B5B33316D0A cause="x"';
    const words = interpretBody(1427, body, '', { a0: 0, a1: 0 }, { ...ORACLE_LOCAL, escape: 'tty' });
    expect(words).toContain('comm=\\033[31m\\012 ');
  });
});
