import type { Machine } from '../audit/tables/machines.ts';

/**
 * What a rule needs to know of the machine it is for. The parser itself asks no file and no environment; the
 * command line passes {@link hostContext}, a test passes what it likes.
 */
export interface RuleContext {
  /** The architecture that `b64` and `b32` are relative to, and that `-S` means without an `arch`. */
  readonly machine: Machine;
  /** The id of a user name, or undefined if there is no such user. */
  findUser(name: string): number | undefined;
  /** The id of a group name, or undefined if there is no such group. */
  findGroup(name: string): number | undefined;
  /** Whether a path is a directory now: `-w` on a directory watches the whole tree. */
  isDirectory(path: string): boolean;
}

/**
 * A context that knows the superuser and nothing else, and has no directories. Good for tests and for rules
 * that use numbers only.
 */
export const BARE_CONTEXT: RuleContext = {
  machine: 'x86_64',
  findUser: (name) => (name === 'root' ? 0 : undefined),
  findGroup: (name) => (name === 'root' ? 0 : undefined),
  isDirectory: () => false,
};
