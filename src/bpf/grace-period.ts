import { tryAttach } from './feature-probe.ts';
import { programById, programIds, programInfo } from './info.ts';
import { hookOfType } from './kernel-btf.ts';
import { LSM_PROGRAM } from './program-types.ts';

/** Hooks of rare calls, to hang a program at for a moment that lets everything pass. */
const QUIET_HOOKS = ['quotactl', 'quota_on', 'syslog', 'sb_pivotroot', 'sb_umount', 'settime', 'sb_remount'];

/**
 * Waits until no call is left in the trampoline of programs that were detached before.
 *
 * When the last program leaves a hook, the kernel waits for a grace period of RCU tasks: every task has left
 * whatever trampoline it was in. Nothing else in user space can ask for that, so a program is put on a hook that
 * has none, and taken away again.
 *
 * @returns false if no hook was free, so nothing was waited for
 */
export function waitForCalls(): boolean {
  const busy = busyHooks();
  const hook = QUIET_HOOKS.find((name) => !busy.has(name));
  return hook !== undefined && tryAttach(hook);
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
