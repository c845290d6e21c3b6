import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { repositoryRoot } from '../../vm/paths.ts';
import { addedTrees, guestRepository, productTree } from '../../vm/repository.ts';
import { runInGuest } from '../../vm/run.ts';
import { kernels } from './kernels.ts';
import { partOf, readParts, type Parts } from './parts.ts';

const POLICY = '.output/bpf/test/kernel/programs/deny-secret.bpf.o';
const NAME_IN_HEX = Buffer.from("secret' res=success '").toString('hex').toUpperCase();

async function run(kernel: string): Promise<Parts> {
  const printed = await runInGuest({
    kernel,
    command: ['bash', 'test/kernel/three-ways/guest.sh'],
    add: [
      ...productTree(repositoryRoot),
      ...addedTrees(repositoryRoot, ['test/kernel/three-ways']),
      { source: join(repositoryRoot, POLICY), destination: '/root/policies/deny-secret.bpf.o' },
    ],
    cwd: guestRepository,
    timeoutMs: 880_000,
  });
  return readParts(printed);
}

const serialOf = (line: string): string => /audit\([\d.]+:(\d+)\)/.exec(line)?.[1] ?? '';
const ofType = (lines: readonly string[], type: string): readonly string[] =>
  lines.filter((line) => line.startsWith(`type=${type} `));

/** That each decision stands in an event with the kernel's own SYSCALL record about the same process. */
function expectJoined(lines: readonly string[]): void {
  const decisions = ofType(lines, 'UNKNOWN[1427]');
  expect(decisions.length).toBeGreaterThanOrEqual(2);
  for (const decision of decisions) {
    const own = lines.filter((line) => serialOf(line) === serialOf(decision));
    const types = own.map((line) => /^type=(\S+)/.exec(line)?.[1]);
    expect(types.slice(0, 3)).toEqual(['UNKNOWN[1427]', 'SYSCALL', 'CWD']);
    expect(types.at(-1)).toBe('PROCTITLE');
    const pid = / pid=(\d+)/.exec(decision)?.[1];
    expect(own[1]).toContain(` pid=${pid} `);
    expect(own[1]).toMatch(/ success=no exit=-(?:1|13) /);
    expect(own[1]).toContain(' exe="/usr/bin/busybox" ');
    expect(own.some((line) => line.includes('origin=bpf'))).toBe(false);
  }
}

describe.each(kernels)('kernel %s', (name) => {
  let parts: Parts;
  // Between events, ausearch and the search print a line of its own.
  const part = (key: string): readonly string[] => partOf(parts, key).filter((line) => line !== '----');

  beforeAll(async () => {
    parts = await run(name);
  });

  test('companion rules are there while bpfaudit runs, come back after a flush, and go', () => {
    const mine = '-w /etc/shadow -p wa -k mine';
    const companions = part('rules-loaded').slice(1);
    expect(part('rules-loaded')[0]).toBe(mine);
    expect(companions.length).toBe(4);
    expect(companions.every((rule) => rule.endsWith(' -F key=bpfaudit'))).toBe(true);
    expect(companions.map((rule) => /arch=(\S+)/.exec(rule)?.[1])).toEqual(['b64', 'b64', 'b32', 'b32']);
    expect(part('rules-restored')).toEqual(companions);
    expect(part('rules-gone')).toEqual(['No rules']);
    // A slow flush is noticed in more than one piece.
    const restored = part('beside-stderr').map((line) => / put back: (\d+)$/.exec(line)?.[1] ?? '0');
    expect(restored.reduce((sum, count) => sum + Number(count), 0)).toBe(4);
  });

  test('beside auditd: own log, which ausearch reads', () => {
    expectJoined(part('beside'));
    expect(part('beside-interpreted').join('\n')).toContain('key=bpfaudit');
    expect(ofType(part('beside-markers'), 'USER')).toEqual([]);
    const serials = new Set(part('beside-auditd').map(serialOf));
    expect(ofType(part('beside'), 'UNKNOWN[1427]').every((line) => serials.has(serialOf(line)))).toBe(true);
  });

  test('the life of the policy’s programs stands beside the kernel’s records', () => {
    const records = ofType(part('beside-programs'), 'BPF');
    const load = records.find((line) => line.includes('op=LOAD prog-name="deny_open"')) ?? '';
    expect(load).toMatch(
      / prog-type=lsm tag="[0-9a-f]{16}" lsm-hook=file_open policy="deny-secret\.bpf\.o" origin=bpf$/,
    );
    const fromKernel = records.filter(
      (line) => serialOf(line) === serialOf(load) && !line.includes('origin'),
    );
    expect(fromKernel.map((line) => line.replace(/^.*\): /, ''))).toEqual([
      load.replace(/^.*\): (prog-id=\d+ op=LOAD) .*$/, '$1'),
    ]);
    const ends = records.filter((line) => line.includes('op=UNLOAD prog-name="deny_'));
    expect(ends.length).toBe(2);
  });

  test('into auditd’s own log: ausearch finds the message by type and by result', () => {
    const messages = ofType(part('to-audit'), 'TRUSTED_APP');
    const decisions = messages.filter((line) => line.includes("msg='op=bpf-lsm-access "));
    expect(decisions.length).toBe(2);
    expect(messages[0]).toMatch(/msg='op=bpfaudit-start res=success'$/);
    expect(messages.at(-1)).toMatch(/msg='op=bpfaudit-stop res=success'$/);
    const syscalls = ofType(part('to-audit-syscalls'), 'SYSCALL');
    for (const line of decisions) {
      const event = / event=[\d.]+:(\d+) /.exec(line)?.[1];
      expect(syscalls.filter((record) => serialOf(record) === event).length).toBe(1);
    }
    // What the kernel writes itself is not sent.
    expect(messages.filter((line) => line.includes('op=bpf-lsm-event'))).toEqual([]);
    expect(part('to-audit-failed').length).toBe(2);
    expect(part('to-audit-interpreted').filter((line) => line.includes('verdict=-1')).length).toBe(2);
    expect(part('to-audit-stderr').join('\n')).toMatch(/^bpfaudit: \d+ messages to audit$/m);
  });

  test('a name with a quote does not end the message', () => {
    const messages = ofType(part('to-audit'), 'TRUSTED_APP');
    expect(messages.every((line) => (line.match(/'/g) ?? []).length === 2)).toBe(true);
    const denied = messages.find((line) => line.includes(`name=${NAME_IN_HEX}`));
    expect(denied).toMatch(/ verdict=-13 res=failed'$/);
  });

  test('without a rule the message is followed by what BPF captured', () => {
    const all = ofType(part('to-audit-without-rules'), 'TRUSTED_APP');
    const messages = all.slice(all.findLastIndex((line) => line.includes('op=bpfaudit-start')));
    const decision = messages.find((line) => line.includes('op=bpf-lsm-access')) ?? '';
    const event = / event=(\S+) /.exec(decision)?.[1];
    const records = messages.filter(
      (line) => line.includes(`op=bpf-lsm-event `) && line.includes(` event=${event} `),
    );
    expect(records.map((line) => / record=(\S+)/.exec(line)?.[1])).toEqual(['SYSCALL', 'CWD', 'PROCTITLE']);
    expect(records[0]).toContain(' exe="/usr/bin/busybox"');
  });

  test('as a plugin of auditd: joined from its stream, and over when auditd is', () => {
    expectJoined(part('plugin'));
    const programs = part('plugin-programs');
    expect(programs.some((line) => line.endsWith(' policy="deny-secret.bpf.o" origin=bpf'))).toBe(true);
    expect(part('plugin-left')).toEqual([]);
  });

  test('in place of auditd: our log has everything', () => {
    expectJoined(part('instead'));
    expect(ofType(part('instead-key'), 'UNKNOWN[1427]').length).toBe(2);
    expect(ofType(part('instead-executable'), 'UNKNOWN[1427]').length).toBe(2);
    expect(ofType(part('instead-markers'), 'USER').length).toBe(1);
  });

  test('a locked configuration is respected', () => {
    const said = part('locked-stderr').filter((line) => line.includes('no companion rules'));
    expect(said.length).toBe(1);
    const decisions = ofType(part('locked'), 'UNKNOWN[1427]');
    expect(decisions.length).toBe(2);
    // Nobody else tells: BPF has captured who it was.
    expect(ofType(part('locked'), 'SYSCALL').every((line) => line.endsWith(' origin=bpf'))).toBe(true);
  });
});
