import { setTimeout as delay } from 'node:timers/promises';
import { tryAttach } from './feature-probe.ts';
import { programById, programIds, programInfo } from './info.ts';
import { hookOfType, kernelBtf } from './kernel-btf.ts';
import { LSM_PROGRAM } from './program-types.ts';
import { readImages } from './trampoline-images.ts';

/** Hooks of rare calls, to hang a program at for a moment that lets everything pass. */
const QUIET_HOOKS = ['quotactl', 'quota_on', 'syslog', 'sb_pivotroot', 'sb_umount', 'settime', 'sb_remount'];

/** Kernels with this function do not wait when a hook loses its last program. */
const UNWAITING = 'update_ftrace_direct_del';
/** Longest wait for the tasks in a trampoline: one that is kept from the processor can be there for long. */
const PATIENCE_MS = 10_000;
const STEP_MS = 20;
/** Where the kernel does not show its trampolines: no task is kept from the processor for so long in normal times. */
const BLIND_MS = 2000;

/**
 * Waits until no call is left that had begun when this was called, on these hooks or in programs that were detached;
 * where the kernel does not wait by itself, for 10 s at most, or for 2 s if it does not show its trampolines.
 *
 * Up to 6.18 the kernel itself waits when the last program leaves a hook, for a grace period of RCU tasks: every task
 * has left whatever trampoline it was in. So a program is put on a hook that has none, and taken away again. Later
 * kernels wait in the background, and forget the name of a trampoline afterwards: so each hook gets a new trampoline,
 * and the old ones are looked for among the kernel's symbols.
 *
 * @param hooks - hooks that have programs; those that were just changed need not be named
 */
export async function waitForCalls(hooks: Iterable<string> = []): Promise<void> {
  if (!kernelBtf().functions(UNWAITING).includes(UNWAITING)) {
    const busy = busyHooks();
    const hook = QUIET_HOOKS.find((name) => !busy.has(name));
    if (hook !== undefined && tryAttach(hook)) return;
  }
  for (const hook of new Set(hooks)) tryAttach(hook);
  const until = performance.now() + PATIENCE_MS;
  let images = await readImages();
  if (images === undefined) await delay(BLIND_MS);
  while (images !== undefined && images.left > 0 && performance.now() < until) {
    await delay(STEP_MS);
    images = await readImages();
  }
}

function busyHooks(): ReadonlySet<string> {
  const hooks = new Set<string>();
  for (const id of programIds()) {
    using program = programById(id);
    if (!program) continue;
    const info = programInfo(program.fd);
    const hook = info.type === LSM_PROGRAM ? hookOfType(info.attachBtfId) : undefined;
    if (hook !== undefined) hooks.add(hook);
  }
  return hooks;
}
