import type { TryResult } from '../bpf/feature-probe.ts';
import { finding, notPermitted, notSetUp, notSupported, ok, unknown, type Finding } from './finding.ts';
import { isAtLeast, KERNEL_FLOOR } from './kernel-release.ts';
import type { Machine } from './machine.ts';

const SECURITYFS = '/sys/kernel/security';
const LSM_LIST = `${SECURITYFS}/lsm`;
const LOCKDOWN = `${SECURITYFS}/lockdown`;
const BTF = '/sys/kernel/btf/vmlinux';
const JIT = '/proc/sys/net/core/bpf_jit_enable';
/** include/uapi/linux/magic.h */
const SECURITYFS_MAGIC = 0x73636673;

const MOUNT_SECURITYFS = `mount -t securityfs securityfs ${SECURITYFS} (in a container: mount it from the host)`;

/** Whether the kernel is new enough. */
export function checkKernel(machine: Machine): Finding {
  const enough = isAtLeast(machine.kernelRelease, KERNEL_FLOOR);
  const release = `Linux ${machine.kernelRelease} on ${machine.arch}`;
  if (enough === undefined) {
    return finding('kernel', true, unknown(release, `run Linux ${KERNEL_FLOOR} or newer`));
  }
  if (enough) return finding('kernel', true, ok(release));
  return finding('kernel', true, notSupported(release, KERNEL_FLOOR, `run Linux ${KERNEL_FLOOR} or newer`));
}

/** Whether `bpf` is among the LSMs that the kernel calls. */
export function checkLsmList(machine: Machine): Finding {
  const list = machine.read(LSM_LIST);
  if ('error' in list) {
    const why = machine.isMounted(SECURITYFS, SECURITYFS_MAGIC)
      ? `${LSM_LIST} cannot be read`
      : `securityfs is not mounted at ${SECURITYFS}`;
    return finding('LSM list', true, unknown(why, MOUNT_SECURITYFS));
  }
  const names = list.text.trim();
  if (names.split(',').includes('bpf')) return finding('LSM list', true, ok(names));
  const wanted = names === '' ? 'bpf' : `${names},bpf`;
  const cure = `add lsm=${wanted} to the kernel command line and reboot (the kernel needs CONFIG_BPF_LSM=y)`;
  return finding('LSM list', true, notSetUp(`bpf is not in ${names}`, cure));
}

/** Whether the kernel shows its types, which CO-RE and LSM programs need. */
export function checkBtf(machine: Machine): Finding {
  const btf = machine.read(BTF);
  if (!('error' in btf)) return finding('BTF', true, ok(BTF));
  if (btf.error === 'forbidden') {
    return finding('BTF', true, notPermitted(`${BTF} cannot be read`, 'run as root'));
  }
  return finding(
    'BTF',
    true,
    notSupported(`no ${BTF}`, '5.4', 'run a kernel with CONFIG_DEBUG_INFO_BTF=y; mount /sys in containers'),
  );
}

/**
 * Whether lockdown leaves BPF the right to read kernel memory.
 *
 * @param readKernel - what came of loading a program that does
 */
export function checkLockdown(machine: Machine, readKernel: TryResult): Finding {
  const lockdown = machine.read(LOCKDOWN);
  const level =
    'text' in lockdown ? (/\[(\w+)\]/.exec(lockdown.text)?.[1] ?? lockdown.text.trim()) : undefined;
  if (level === 'confidentiality' || (readKernel !== undefined && readKernel !== 0)) {
    const cure = 'boot without lockdown=confidentiality; lockdown=integrity, as Secure Boot sets it, is fine';
    const found = `${level ?? 'level not known'}: BPF may not read kernel memory`;
    return finding('lockdown', true, notPermitted(found, cure));
  }
  if (level !== undefined) return finding('lockdown', true, ok(level));
  if (readKernel === 0) return finding('lockdown', true, ok('BPF may read kernel memory'));
  if (machine.isMounted(SECURITYFS, SECURITYFS_MAGIC)) {
    return finding('lockdown', true, ok('not in the LSM list'));
  }
  return finding('lockdown', true, unknown(`securityfs is not mounted at ${SECURITYFS}`, MOUNT_SECURITYFS));
}

/** Whether programs are compiled: hooks are called through trampolines, which need that. */
export function checkJit(machine: Machine): Finding {
  const jit = machine.read(JIT);
  if ('error' in jit) return finding('JIT', true, unknown(`${JIT} cannot be read`, 'run as root'));
  if (jit.text.trim() !== '0')
    return finding('JIT', true, ok(`net.core.bpf_jit_enable = ${jit.text.trim()}`));
  return finding('JIT', true, notSetUp('net.core.bpf_jit_enable = 0', 'sysctl -w net.core.bpf_jit_enable=1'));
}
