import { getSystemErrorName } from 'node:util';
import { door } from './door.ts';

/** The C library's words for an error number: `errnoText(1)` is "Operation not permitted". */
export function errnoText(errno: number): string {
  return String(door().call('c', 'const char *strerror(int errnum)', [errno]));
}

/** Symbol of an error number: `errnoName(1)` is "EPERM". A number that has none stays a number. */
export function errnoName(errno: number): string {
  return errno > 0 ? getSystemErrorName(-errno) : String(errno);
}
