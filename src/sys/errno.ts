import { constants } from 'node:os';
import { BpfauditError, type BpfauditErrorOptions } from '../errors/audit-error.ts';
import { door } from './door.ts';

const NAMES = new Map<number, string>(
  Object.entries(constants.errno).map(([name, number]) => [number, name]),
);

/** Symbol of an errno: 13 is `EACCES`; a number the platform does not know is `errno 4096`. */
export function errnoName(number: number): string {
  return NAMES.get(number) ?? `errno ${number}`;
}

/** Text of an errno as `strerror(3)` gives it. */
export function errnoText(number: number): string {
  return String(door().call('c', 'const char *strerror(int)', [number]));
}

/** A system or library call that failed; carries the errno besides code and hint. */
export class SystemError extends BpfauditError {
  /** Positive errno. */
  readonly errno: number;

  /** @param step - what was being done: "map ring" */
  constructor(step: string, errno: number, options: BpfauditErrorOptions) {
    super(`${step}: ${errnoText(errno)} (${errnoName(errno)})`, options);
    this.errno = errno;
  }
}
