import { FILE_HOOKS } from './file-hooks.ts';
import { NETWORK_HOOKS } from './network-hooks.ts';
import { TASK_HOOKS } from './task-hooks.ts';

/** How a denial on a hook shows at the end of a system call. */
export interface HookSyscalls {
  /** System calls that end with the hook's errno, names of all architectures. Empty: none does. */
  readonly syscalls: readonly string[];
  /** Why: the way from the system call to the hook in the kernel's source, or why there is none. */
  readonly because: string;
}

/** A row of the table: names separated by spaces, and the reason. */
export type HookRow = readonly [syscalls: string, because: string];

const TABLE: ReadonlyMap<string, HookRow> = new Map(
  Object.entries({ ...FILE_HOOKS, ...TASK_HOOKS, ...NETWORK_HOOKS }),
);

/** Hooks that the table knows, also those that no system call belongs to. */
export function tableHooks(): readonly string[] {
  return [...TABLE.keys()];
}

/** The system calls that end with what a hook returns; undefined if the table does not know the hook. */
export function syscallsOfHook(hook: string): HookSyscalls | undefined {
  const row = TABLE.get(hook);
  if (row === undefined) return undefined;
  const names = row[0].split(' ').filter(Boolean);
  return { syscalls: [...new Set(names)].toSorted(), because: row[1] };
}
