import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import type { Machine } from '../audit/tables/machines.ts';
import type { RuleContext } from './rule-context.ts';

/** `process.arch` to the name audit has for the machine. */
const MACHINE_OF_NODE: Readonly<Record<string, Machine>> = {
  x64: 'x86_64',
  arm64: 'aarch64',
  ia32: 'i386',
  arm: 'arm',
  ppc64: 'ppc64le',
  s390x: 's390x',
};

/**
 * What rules need to know of this machine: its architecture, its users and groups, its directories.
 *
 * Users come from /etc/passwd, then from getent(1), which also asks a directory service if one is set up. Each
 * name is asked once.
 */
export function hostContext(): RuleContext {
  return {
    machine: MACHINE_OF_NODE[process.arch] ?? 'x86_64',
    findUser: remember((name) => findId('passwd', name)),
    findGroup: remember((name) => findId('group', name)),
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

// Both databases have the name first and the id third on a line.
function findId(database: 'passwd' | 'group', name: string): number | undefined {
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.@-]*\$?$/.test(name)) return undefined;
  return idIn(readFileSync(`/etc/${database}`, 'utf8'), name) ?? idIn(askService(database, name), name);
}

function idIn(text: string, name: string): number | undefined {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${name}:`));
  const id = line?.split(':')[2];
  return id !== undefined && /^[0-9]+$/.test(id) ? Number(id) : undefined;
}

function askService(database: string, name: string): string {
  try {
    return execFileSync('getent', [database, name], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    // Exit status 2 means that there is no such entry; without getent there is nobody else to ask.
    return '';
  }
}
