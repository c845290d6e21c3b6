import { describe, expect, test } from 'vitest';
import { consoleTail, panicLines } from '../../vm/console.ts';
import { GuestError } from '../../vm/guest-error.ts';
import { judgeOutcome } from '../../vm/outcome.ts';
import type { QemuOutcome } from '../../vm/qemu-process.ts';
import { parseResult } from '../../vm/result.ts';

describe('parseResult', () => {
  test('a whole run with files', () => {
    const lines = 'started 6.12.1-cloud\nexit 3\nmissing /a b\nfiles\n';
    expect(parseResult(Buffer.from(`${lines}exit 9\n`))).toEqual({
      kernelRelease: '6.12.1-cloud',
      exitCode: 3,
      missing: ['/a b'],
      archiveOffset: lines.length,
    });
  });

  test.each([
    ['', { missing: [] }],
    ['start', { missing: [] }],
    ['started 6.1\n', { missing: [], kernelRelease: '6.1' }],
    ['started 6.1\nexit 1', { missing: [], kernelRelease: '6.1' }],
  ])('a run cut off at %j', (text, expected) => {
    expect(parseResult(Buffer.from(text))).toEqual(expected);
  });
});

const panic = [
  'Some earlier line',
  '[    1.054794] Oops: int3: 0000 [#1] SMP NOPTI',
  '[    1.055158] Hardware name: QEMU Standard PC (i440FX + PIIX, 1996)',
  '[    1.055273] RIP: 0010:sched_clock_tick+0x5/0xd0',
  '[    1.055601] RSP: 0018:ff5f222940003f60 EFLAGS: 00000087',
  '[    1.055629] RAX: 0000000000000000 RBX: ff3df368f7032100 RCX: 00000000fffef06e',
  '[    1.055842] Call Trace:',
  ...Array.from({ length: 30 }, (_, index) => `[    1.056380]  function_${index}+0x47/0x250`),
  '[    1.057399] Kernel panic - not syncing: Fatal exception in interrupt',
  '[    2.456140] Shutting down cpus with NMI',
].join('\r\n');

describe('panicLines', () => {
  test('from the first oops to the panic, shortened', () => {
    const lines = panicLines(panic);
    expect(lines.slice(0, 3)).toEqual([
      'Oops: int3: 0000 [#1] SMP NOPTI',
      'Hardware name: QEMU Standard PC (i440FX + PIIX, 1996)',
      'RIP: 0010:sched_clock_tick+0x5/0xd0',
    ]);
    expect(lines).toHaveLength(14);
    expect(lines.at(-1)).toBe('Kernel panic - not syncing: Fatal exception in interrupt');
  });

  test('nothing without a panic', () => {
    expect(panicLines('BUG: something the kernel survived\n')).toEqual([]);
  });
});

test('consoleTail keeps the last lines that say something', () => {
  expect(consoleTail('a\r\n[    1.000000] b\r\n\r\nc\n', 2)).toEqual(['b', 'c']);
});

function ended(console: string, rest: Partial<QemuOutcome> = {}): QemuOutcome {
  const [stdout, stderr, result] = [Buffer.from('out'), Buffer.from('err'), Buffer.alloc(0)];
  const ports = { console: Buffer.from(console), stdout, stderr, result };
  return { ports, complaint: '', bootMs: 1, wallMs: 2, ...rest };
}

describe('judgeOutcome', () => {
  const started = { missing: [], kernelRelease: '6.1' };

  test('an exit status makes a result', () => {
    expect(judgeOutcome(ended('Power down'), { ...started, exitCode: 5 }, 1000)).toEqual({
      console: 'Power down',
      stdout: 'out',
      stderr: 'err',
      exitCode: 5,
      kernelRelease: '6.1',
    });
  });

  test.each([
    ['E_GUEST_PANIC', ended(panic), { ...started, exitCode: 0 }, 'Kernel panic'],
    ['E_GUEST_TIMEOUT', ended('last words', { killed: 'timeout' }), started, 'last words'],
    ['E_GUEST_INTERRUPTED', ended('', { killed: 'abort' }), started, 'interrupted'],
    ['E_GUEST_NO_RESULT', ended('Power down'), started, 'without an exit status'],
    ['E_GUEST_QEMU', ended('', { complaint: 'no memory' }), { missing: [] }, 'no memory'],
    ['E_GUEST_QEMU', ended('', { killed: 'stuck', complaint: 'KVM' }), { missing: [] }, 'KVM'],
  ] as const)('%s', (code, outcome, report, text) => {
    let caught: unknown;
    try {
      judgeOutcome(outcome, report, 1000);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(GuestError);
    expect(caught).toMatchObject({ code, output: { stdout: 'out' } });
    expect(String(caught)).toContain(text);
  });
});
