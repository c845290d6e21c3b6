import type { Machine } from './machines.ts';
import { SYSCALL_RUNS } from './syscalls.generated.ts';

interface SyscallTable {
  readonly names: ReadonlyMap<number, string>;
  readonly numbers: ReadonlyMap<string, number>;
}

const tables = new Map<Machine, SyscallTable>();

/**
 * The name of a system call, such as `openat` for 257 on x86_64; undefined if the number has none.
 *
 * The names are those of libaudit 3.0.9, plus newer calls up to Linux 6.17.
 */
export function syscallName(machine: Machine, number: number): string | undefined {
  return table(machine).names.get(number);
}

/** The number of a system call on an architecture, or undefined if it does not exist there. */
export function syscallNumber(machine: Machine, name: string): number | undefined {
  return table(machine).numbers.get(name);
}

/** All system calls of an architecture as [number, name], in the order of their numbers. */
export function syscallEntries(machine: Machine): readonly (readonly [number, string])[] {
  return [...table(machine).names];
}

function table(machine: Machine): SyscallTable {
  let found = tables.get(machine);
  if (found === undefined) {
    found = unpack(SYSCALL_RUNS[machine] ?? '');
    tables.set(machine, found);
  }
  return found;
}

function unpack(runs: string): SyscallTable {
  const names = new Map<number, string>();
  const numbers = new Map<string, number>();
  let next = 0;
  for (const word of runs.split(' ')) {
    if (word.startsWith('@')) {
      next = Number(word.slice(1));
    } else if (word !== '') {
      names.set(next, word);
      if (!numbers.has(word)) numbers.set(word, next);
      next += 1;
    }
  }
  return { names, numbers };
}
