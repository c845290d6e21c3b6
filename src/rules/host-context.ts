import { statSync } from 'node:fs';
import { machine } from 'node:os';
import { MACHINES } from '../audit/tables/machines.ts';
import { BpfauditError } from '../errors/audit-error.ts';
import { findGroupId, findUserId } from '../sys/accounts.ts';
import type { RuleContext } from './rule-context.ts';

/**
 * What rules need to know of this machine: its architecture, its users and groups, its directories. Each name
 * is looked up once.
 *
 * @throws BpfauditError E_NO_SYSCALL_TABLE on an architecture whose system calls audit can't name
 */
export function hostContext(): RuleContext {
  const host = machine();
  const known = MACHINES.find((name) => name === host);
  if (known === undefined) {
    throw new BpfauditError(`no table of system calls for ${host}`, {
      code: 'E_NO_SYSCALL_TABLE',
      hint: `rules can be written on ${MACHINES.filter((name) => name !== 'uring').join(', ')}`,
    });
  }
  return {
    machine: known,
    findUser: remember(findUserId),
    findGroup: remember(findGroupId),
    isDirectory: (path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false,
  };
}

function remember(ask: (name: string) => number | undefined): (name: string) => number | undefined {
  const known = new Map<string, number | undefined>();
  return (name) => {
    if (!known.has(name)) known.set(name, ask(name));
    return known.get(name);
  };
}
