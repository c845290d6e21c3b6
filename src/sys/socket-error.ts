import { BpfauditError } from '../errors/audit-error.ts';
import { errnoName, errnoText } from './errno.ts';

/** A socket call that failed. Code `E_SOCKET`; {@link errno} tells why. */
export class SocketError extends BpfauditError {
  /** The system call: "bind". */
  readonly step: string;
  /** Positive error number. */
  readonly errno: number;

  constructor(step: string, errno: number) {
    super(`netlink ${step}: ${errnoText(errno)} (${errnoName(errno)})`, { code: 'E_SOCKET' });
    this.step = step;
    this.errno = errno;
  }
}
