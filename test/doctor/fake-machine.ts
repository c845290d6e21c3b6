import type { FileText, Machine } from '../../src/doctor/machine.ts';

/** Files of a machine that has everything; `undefined` takes one away, `forbidden` locks it. */
export type Files = Readonly<Record<string, string | undefined>>;

const ALL_CAPABILITIES = 'Name:\tnode\nCapEff:\t000001ffffffffff\n';

const HEALTHY: Files = {
  '/sys/kernel/security/lsm': 'lockdown,capability,landlock,yama,apparmor,bpf',
  '/sys/kernel/security/lockdown': '[none] integrity confidentiality\n',
  '/sys/kernel/btf/vmlinux': '\u009f\u00eb\u0001',
  '/proc/sys/net/core/bpf_jit_enable': '1\n',
  '/proc/self/status': ALL_CAPABILITIES,
  '/proc/cmdline': 'BOOT_IMAGE=/boot/vmlinuz root=/dev/vda1 audit=1 quiet\n',
};

/** A machine of the test's own: healthy but for what is given. */
export function fakeMachine(
  changes: Partial<Machine> & { readonly files?: Files; readonly mounts?: readonly string[] } = {},
): Machine {
  const { files, mounts = ['/sys/kernel/security', '/sys/fs/bpf'], ...rest } = changes;
  const all: Files = { ...HEALTHY, ...files };
  return {
    kernelRelease: '6.12.117+deb12-cloud-amd64',
    arch: 'x64',
    read: (path): FileText => {
      const text = all[path];
      if (text === undefined) return { error: 'missing' };
      return text === 'forbidden' ? { error: 'forbidden' } : { text };
    },
    isMounted: (path) => mounts.includes(path),
    libbpf: () => ({ major: 1, minor: 1 }),
    hasOwnObjects: () => true,
    tryLsmProgram: () => ({ load: 0, attach: 0, cookie: 0, readKernel: 0, called: true }),
    tryRingBuffer: () => 0,
    tryTaskStorage: () => 0,
    audit: () => Promise.resolve({ enabled: 1 }),
    ...rest,
  };
}
