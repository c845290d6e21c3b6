import { expect, test } from 'vitest';
import { diagnose } from '../../src/doctor/diagnose.ts';
import type { Finding } from '../../src/doctor/finding.ts';
import type { Machine } from '../../src/doctor/machine.ts';
import { fakeMachine } from './fake-machine.ts';

const NOT_LOADED = { attach: undefined, cookie: undefined, readKernel: undefined, called: undefined };

async function look(machine: Machine, check: string): Promise<Finding & { readonly ready: boolean }> {
  const { ready, findings } = await diagnose(machine);
  const found = findings.find((each) => each.check === check);
  if (!found) throw new Error(`no finding ${check}`);
  return { ...found, ready };
}

test('a healthy machine is ready, and nothing needs a cure', async () => {
  const { ready, findings } = await diagnose(fakeMachine());
  expect(ready).toBe(true);
  expect(findings.filter(({ status }) => status !== 'ok')).toEqual([]);
  expect(findings.filter(({ cure }) => cure !== undefined)).toEqual([]);
});

test('bpf missing in the list of LSMs: the cure is the whole list', async () => {
  const machine = fakeMachine({
    files: { '/sys/kernel/security/lsm': 'lockdown,yama\n' },
    tryLsmProgram: () => ({ load: 0, attach: 0, cookie: 0, readKernel: 0, called: false }),
  });
  expect(await look(machine, 'LSM list')).toMatchObject({
    status: 'no',
    reason: 'not set up',
    cure: expect.stringContaining('lsm=lockdown,yama,bpf'),
    ready: false,
  });
  expect(await look(machine, 'LSM hook')).toMatchObject({ status: 'no', ready: false });
});

test('an LSM whose name only begins with bpf is not bpf', async () => {
  const machine = fakeMachine({ files: { '/sys/kernel/security/lsm': 'lockdown,bpfilter' } });
  expect(await look(machine, 'LSM list')).toMatchObject({ status: 'no' });
});

test('securityfs that is not mounted makes the list unknown, and a called hook still proves that it works', async () => {
  const files = { '/sys/kernel/security/lsm': undefined, '/sys/kernel/security/lockdown': undefined };
  const machine = fakeMachine({ files, mounts: ['/sys/fs/bpf'] });
  expect(await look(machine, 'LSM list')).toMatchObject({
    status: 'unknown',
    found: expect.stringContaining('not mounted'),
    cure: expect.stringContaining('mount -t securityfs'),
    ready: true,
  });
  expect(await look(machine, 'lockdown')).toMatchObject({ status: 'ok' });
});

test('a kernel below the floor is not supported, whatever it can do', async () => {
  expect(await look(fakeMachine({ kernelRelease: '5.15.0-91-generic' }), 'kernel')).toMatchObject({
    status: 'no',
    reason: 'not supported',
    minimumKernel: '6.1',
    ready: false,
  });
  expect(await look(fakeMachine({ kernelRelease: '10.0.0' }), 'kernel')).toMatchObject({ status: 'ok' });
});

test.each([
  ['none', '[none] integrity confidentiality', 'ok'],
  ['integrity', 'none [integrity] confidentiality', 'ok'],
  ['confidentiality', 'none integrity [confidentiality]', 'no'],
])('lockdown=%s', async (level, text, status) => {
  const machine = fakeMachine({ files: { '/sys/kernel/security/lockdown': text } });
  const found = await look(machine, 'lockdown');
  expect(found).toMatchObject({ status, ready: status === 'ok' });
  expect(found.found).toContain(level);
});

test('a lockdown that nobody can read shows in the program that the kernel refuses', async () => {
  const machine = fakeMachine({
    files: { '/sys/kernel/security/lockdown': undefined },
    mounts: ['/sys/fs/bpf'],
    tryLsmProgram: () => ({ load: 0, attach: 0, cookie: 0, readKernel: 22, called: true }),
  });
  expect(await look(machine, 'lockdown')).toMatchObject({
    status: 'no',
    reason: 'not permitted',
    ready: false,
  });
});

test('EPERM is not permitted, EINVAL is not supported', async () => {
  const forbidden = fakeMachine({ tryLsmProgram: () => ({ ...NOT_LOADED, load: 1 }) });
  const found = await look(forbidden, 'LSM program');
  expect(found).toMatchObject({ status: 'no', reason: 'not permitted', ready: false });
  expect(found.found).toContain('EPERM');
  expect(found.minimumKernel).toBeUndefined();

  const old = fakeMachine({
    kernelRelease: '5.4.0',
    tryLsmProgram: () => ({ ...NOT_LOADED, load: 22 }),
  });
  expect(await look(old, 'LSM program')).toMatchObject({
    reason: 'not supported',
    minimumKernel: '5.7',
    cure: 'run Linux 5.7 or newer',
  });
});

test('a new kernel without BPF LSM is told to be built with it, not to be new', async () => {
  const machine = fakeMachine({ tryLsmProgram: () => ({ ...NOT_LOADED, load: 3 }) });
  expect(await look(machine, 'LSM program')).toMatchObject({
    reason: 'not supported',
    cure: expect.stringContaining('CONFIG_BPF_LSM=y'),
  });
});

test('what was not tried is unknown, and does not make a machine ready', async () => {
  const machine = fakeMachine({ tryLsmProgram: () => ({ ...NOT_LOADED, load: 1 }) });
  for (const check of ['LSM hook', 'attach cookie']) {
    expect(await look(machine, check)).toMatchObject({ status: 'unknown', ready: false });
  }
});

test('missing capabilities are named', async () => {
  // without CAP_BPF (39) and CAP_AUDIT_READ (37)
  const files = { '/proc/self/status': 'CapEff:\t0000015fffffffff\n' };
  const machine = fakeMachine({ files });
  expect(await look(machine, 'BPF capabilities')).toMatchObject({
    status: 'no',
    found: 'without CAP_BPF',
    ready: false,
  });
  expect(await look(machine, 'audit capabilities')).toMatchObject({
    status: 'no',
    found: 'without CAP_AUDIT_READ',
    needed: false,
  });
});

test('no libbpf, no bpffs, no objects, no JIT: each has its own cure', async () => {
  const machine = fakeMachine({
    libbpf: () => undefined,
    hasOwnObjects: () => false,
    mounts: ['/sys/kernel/security'],
    files: { '/proc/sys/net/core/bpf_jit_enable': '0\n' },
    tryLsmProgram: () => {
      throw new Error('must not be tried without libbpf');
    },
  });
  const { ready, findings } = await diagnose(machine);
  expect(ready).toBe(false);
  const cures = Object.fromEntries(findings.map(({ check, cure }) => [check, cure]));
  expect(cures['libbpf']).toContain('apt-get install libbpf1');
  expect(cures['own objects']).toContain('npm run build');
  expect(cures['bpffs']).toBe('mount -t bpf bpf /sys/fs/bpf');
  expect(cures['JIT']).toBe('sysctl -w net.core.bpf_jit_enable=1');
});

test.each([
  ['audit=1', { enabled: 1 }, 'ok', 'ok'],
  ['audit=1', { enabled: 2 }, 'ok', 'ok'],
  ['quiet', { enabled: 1 }, 'ok', 'unknown'],
  ['quiet', { enabled: 0 }, 'no', 'no'],
  ['audit=1 audit=0', { code: 'E_AUDIT_UNAVAILABLE' }, 'no', 'no'],
  ['quiet', { code: 'E_AUDIT_PERMISSION' }, 'unknown', 'unknown'],
] as const)('command line "%s" and audit %j: audit %s, contexts %s', async (line, state, audit, contexts) => {
  const machine = fakeMachine({
    files: { '/proc/cmdline': `ro ${line}\n` },
    audit: () => Promise.resolve(state),
  });
  expect(await look(machine, 'audit')).toMatchObject({ status: audit, ready: true });
  expect(await look(machine, 'audit contexts')).toMatchObject({ status: contexts, ready: true });
});
