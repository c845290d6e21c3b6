import { statSync } from 'node:fs';
import { machine } from 'node:os';
import { MACHINES } from '../../audit/tables/machines.ts';
import { BpfauditError } from '../../errors/audit-error.ts';
import type { RuleContext } from '../../rules/rule-context.ts';
import { findGroupId, findUserId } from '../../sys/accounts.ts';

/**
 * What rules need to know of this machine: its architecture, its users and groups, its directories.
 *
 * @throws BpfauditError E_NO_SYSCALL_TABLE on an architecture whose system calls audit can't name
 */
export function hostContext(): RuleContext {
  const host = machine();
  const known = MACHINES.find((name) => name === host);
  if (known === undefined) {
    throw new BpfauditError(`no table of system calls for ${host}`, {
      code: 'E_NO_SYSCALL_TABLE',
      hint: `rules can be written for ${MACHINES.join(', ')}`,
    });
  }
  return { machine: known, findUser: findUserId, findGroup: findGroupId, isDirectory };
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
