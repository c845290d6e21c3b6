/** Looks up the names of numbers on this machine. The edge reads the files; the core only asks. */
export interface NameSource {
  /** Login name of a user id, or undefined if there is none. */
  user(uid: number): string | undefined;
  /** Name of a group id, or undefined if there is none. */
  group(gid: number): string | undefined;
  /** Name of an IP protocol number (protocols(5)), or undefined if there is none. */
  protocol(number: number): string | undefined;
  /** The number of a user name, or undefined if there is none. */
  userId(name: string): number | undefined;
}

const UNSET = 0xffffffff;

/** No names but those that are the same everywhere: `root` and `unset`. */
export const NO_NAMES: NameSource = {
  user: () => undefined,
  group: () => undefined,
  protocol: () => undefined,
  userId: () => undefined,
};

/** A user id as `-i` prints it: `unset`, `root`, a name, or `unknown(1000)`. */
export function userWord(uid: number, names: NameSource): string {
  return idWord(uid, () => names.user(uid));
}

/** A group id as `-i` prints it. */
export function groupWord(gid: number, names: NameSource): string {
  return idWord(gid, () => names.group(gid));
}

function idWord(id: number, name: () => string | undefined): string {
  if (id === UNSET) return 'unset';
  if (id === 0) return 'root';
  return name() ?? `unknown(${id | 0})`;
}
