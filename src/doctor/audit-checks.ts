import { finding, notPermitted, notSetUp, notSupported, ok, unknown, type Finding } from './finding.ts';
import type { AuditState, Machine } from './machine.ts';

const COMMAND_LINE = '/proc/cmdline';
const LOCKED = 2;

/** Whether the kernel audits: without, records have no SYSCALL record beside them. Policies run all the same. */
export function checkAudit(state: AuditState): Finding {
  if ('code' in state) {
    if (state.code === 'E_AUDIT_PERMISSION') {
      return finding('audit', false, unknown('the kernel does not tell this process', 'run as root'));
    }
    if (state.code === 'E_AUDIT_UNAVAILABLE') {
      const cure = 'run a kernel with CONFIG_AUDIT=y, without audit=0, outside of user namespaces';
      return finding('audit', false, notSupported('no audit in this kernel or namespace', '2.6', cure));
    }
    return finding('audit', false, unknown(`asking the kernel failed (${state.code})`, 'see docs/errors.md'));
  }
  if (state.enabled === 0) {
    return finding(
      'audit',
      false,
      notSetUp('audit is not enabled', 'bpfaudit ctl -e 1, or boot with audit=1'),
    );
  }
  return finding('audit', false, ok(state.enabled === LOCKED ? 'enabled, locked until reboot' : 'enabled'));
}

/** Whether every task has an audit context: those that were forked before audit was enabled have none. */
export function checkAuditContexts(machine: Machine, state: AuditState): Finding {
  const name = 'audit contexts';
  const line = machine.read(COMMAND_LINE);
  if ('error' in line) {
    return finding(name, false, unknown(`${COMMAND_LINE} cannot be read`, 'mount /proc'));
  }
  const setting = line.text
    .trim()
    .split(/\s+/)
    .findLast((word) => word.startsWith('audit='));
  if (setting === 'audit=1' || setting === 'audit=on')
    return finding(name, false, ok(`${setting} since boot`));
  const cure = 'add audit=1 to the kernel command line and reboot, or restart the services that matter';
  if (setting === 'audit=0' || setting === 'audit=off') {
    return finding(name, false, notPermitted(`${setting} on the kernel command line`, cure));
  }
  if ('enabled' in state && state.enabled === 0) {
    return finding(name, false, notSetUp('tasks get none while audit is not enabled', cure));
  }
  return finding(
    name,
    false,
    unknown('no audit=1 at boot: tasks from before audit was enabled have no event id', cure),
  );
}
