import { expect, test } from 'vitest';
import { diagnose } from '../../src/doctor/diagnose.ts';
import { reportJson, reportText } from '../../src/doctor/report.ts';
import { fakeMachine } from './fake-machine.ts';

test('a line per finding, the cure below it, the sum at the end', async () => {
  const machine = fakeMachine({
    kernelRelease: '5.4.0',
    tryLsmProgram: () => ({
      load: 22,
      attach: undefined,
      cookie: undefined,
      readKernel: undefined,
      called: undefined,
    }),
  });
  expect(reportText(await diagnose(machine))).toMatchInlineSnapshot(`
    "no       kernel              Linux 5.4.0 on x64 [not supported: requires Linux 6.1 or newer]
             cure: run Linux 6.1 or newer
    ok       LSM list            lockdown,capability,landlock,yama,apparmor,bpf
    ok       BTF                 /sys/kernel/btf/vmlinux
    ok       lockdown            none
    ok       JIT                 net.core.bpf_jit_enable = 1
    ok       BPF capabilities    CAP_BPF, CAP_PERFMON, CAP_SYS_ADMIN
    ok       libbpf              1.1
    ok       own objects         built
    ok       bpffs               /sys/fs/bpf
    no       LSM program         BPF_PROG_TYPE_LSM: EINVAL [not supported: requires Linux 5.7 or newer]
             cure: run Linux 5.7 or newer
    unknown  LSM hook            not tried: the step before it failed
    unknown  attach cookie       not tried: the step before it failed
    ok       ring buffer         BPF_MAP_TYPE_RINGBUF
    ok       task storage        BPF_MAP_TYPE_TASK_STORAGE
    ok       audit               enabled
    ok       audit contexts      audit=1 since boot
    ok       audit capabilities  CAP_AUDIT_CONTROL, CAP_AUDIT_READ, CAP_AUDIT_WRITE

    Policies cannot run on this machine: 2 to cure.
    "
  `);
});

test('a machine that is ready says so', async () => {
  expect(reportText(await diagnose(fakeMachine()))).toMatch(/\n\nPolicies can run on this machine\.\n$/);
  const unsure = fakeMachine({ files: { '/proc/cmdline': 'ro' } });
  expect(reportText(await diagnose(unsure))).toMatch(
    /\n\nPolicies can run on this machine; 1 to improve\.\n$/,
  );
});

test('JSON is one line with the same findings', async () => {
  const diagnosis = await diagnose(fakeMachine({ audit: () => Promise.resolve({ enabled: 0 }) }));
  const json = reportJson(diagnosis);
  expect(json.indexOf('\n')).toBe(json.length - 1);
  expect(JSON.parse(json)).toEqual(diagnosis);
});
