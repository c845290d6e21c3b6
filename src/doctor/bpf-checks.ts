import { errnoName } from '../sys/errno.ts';
import type { LsmTry, TryResult } from '../bpf/feature-probe.ts';
import {
  finding,
  notPermitted,
  notSetUp,
  notSupported,
  ok,
  unknown,
  type Finding,
  type Verdict,
} from './finding.ts';
import { isAtLeast } from './kernel-release.ts';
import type { Machine } from './machine.ts';

const BPFFS = '/sys/fs/bpf';
/** include/uapi/linux/magic.h */
const BPF_FS_MAGIC = 0xcafe4a11;
const EPERM = 1;
const EACCES = 13;

const ALLOW =
  'run as root, with a seccomp profile that allows bpf(2); where a sandbox forbids it, use a guest (docs/guest.md)';

/** Whether libbpf 1.x is installed. */
export function checkLibbpf(machine: Machine): Finding {
  const version = machine.libbpf();
  if (!version) {
    const cure = 'install libbpf 1.x (Debian: apt-get install libbpf1)';
    return finding('libbpf', true, notSetUp('libbpf.so.1 not found', cure));
  }
  return finding('libbpf', true, ok(`${version.major}.${version.minor}`));
}

/** Whether bpfaudit's own BPF objects were built or came with the package. */
export function checkOwnObjects(machine: Machine): Finding {
  return finding(
    'own objects',
    true,
    machine.hasOwnObjects()
      ? ok('built')
      : notSetUp('core/ring.bpf.o is missing', 'run npm run build (needs clang and libbpf-dev)'),
  );
}

/** Whether there is a bpffs, in which policies of all loaders meet. */
export function checkBpffs(machine: Machine): Finding {
  return finding(
    'bpffs',
    true,
    machine.isMounted(BPFFS, BPF_FS_MAGIC)
      ? ok(BPFFS)
      : notSetUp(`no bpffs at ${BPFFS}`, `mount -t bpf bpf ${BPFFS}`),
  );
}

/** Whether the kernel takes a program of type LSM, lets it onto a hook, and calls it. */
export function checkLsmProgram(machine: Machine, tried: LsmTry): Finding[] {
  return [
    finding('LSM program', true, judge(tried.load, machine, 'BPF_PROG_TYPE_LSM', '5.7')),
    finding('LSM hook', true, judgeHook(machine, tried)),
    finding('attach cookie', true, judge(tried.cookie, machine, 'attach cookies of LSM programs', '6.0')),
  ];
}

/** Whether the kernel makes ring buffers. */
export function checkRingBuffer(machine: Machine): Finding {
  return finding('ring buffer', true, judge(machine.tryRingBuffer(), machine, 'BPF_MAP_TYPE_RINGBUF', '5.8'));
}

/** Whether the kernel keeps data with tasks. */
export function checkTaskStorage(machine: Machine): Finding {
  const verdict = judge(machine.tryTaskStorage(), machine, 'BPF_MAP_TYPE_TASK_STORAGE', '5.11');
  return finding('task storage', true, verdict);
}

function judgeHook(machine: Machine, tried: LsmTry): Verdict {
  if (tried.attach !== 0) return judge(tried.attach, machine, 'attaching to LSM hooks', '5.7');
  if (tried.called === true) return ok('a program on hook bpf was called');
  return notSetUp(
    'a program on hook bpf was attached, but the kernel did not call it',
    'put bpf into lsm= on the kernel command line and reboot; see LSM list',
  );
}

/** Tells apart what the kernel has not got and what it refuses to this process. */
function judge(result: TryResult, machine: Machine, feature: string, minimumKernel: string): Verdict {
  if (result === 0) return ok(feature);
  if (result === undefined) return unknown('not tried: the step before it failed');
  const answer = `${feature}: ${errnoName(result)}`;
  if (result === EPERM || result === EACCES) return notPermitted(answer, ALLOW);
  const old = isAtLeast(machine.kernelRelease, minimumKernel) === false;
  const cure = old
    ? `run Linux ${minimumKernel} or newer`
    : 'run a kernel with CONFIG_BPF_LSM=y, CONFIG_BPF_SYSCALL=y, CONFIG_BPF_JIT=y and CONFIG_DEBUG_INFO_BTF=y';
  return notSupported(answer, minimumKernel, cure);
}
