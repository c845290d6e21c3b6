import { BpfauditError, type BpfauditErrorOptions } from '../errors/audit-error.ts';
import { errnoName, errnoText } from './errno.ts';

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
