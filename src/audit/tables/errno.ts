import { ERRNO_NAMES, ERRNO_TEXTS } from './errno.generated.ts';

const ALIASES: Readonly<Record<string, string>> = {
  EWOULDBLOCK: 'EAGAIN',
  EDEADLOCK: 'EDEADLK',
  ENOTSUP: 'EOPNOTSUPP',
};
const numbers: ReadonlyMap<string, number> = new Map(
  Object.entries(ERRNO_NAMES).map(([number, name]) => [name, Number(number)]),
);

/** The name of a positive error number, such as `EACCES` for 13; undefined if there is none. */
export function errnoName(errno: number): string | undefined {
  return ERRNO_NAMES[errno];
}

/** What strerror(3) says of a positive error number in the C locale: "Permission denied" for 13. */
export function errnoText(errno: number): string {
  return ERRNO_TEXTS[errno] ?? `Unknown error ${errno}`;
}

/** The positive number of an error name such as `EACCES` or `EWOULDBLOCK`; undefined if unknown. */
export function errnoNumber(name: string): number | undefined {
  return numbers.get(ALIASES[name] ?? name);
}
