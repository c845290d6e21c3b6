import { BpfauditError } from '../errors/audit-error.ts';
import { errnoName, errnoText } from '../sys/errno.ts';
import { SocketError } from '../sys/socket-error.ts';

const EPERM = 1;
const ENOENT = 2;
const EEXIST = 17;
const EPROTONOSUPPORT = 93;
const EAFNOSUPPORT = 97;
const ECONNREFUSED = 111;

/** What was asked of the kernel, in the words of error messages. */
export type RequestName =
  | 'get status'
  | 'set status'
  | 'register as the audit daemon'
  | 'reset counter'
  | 'list rules'
  | 'add rule'
  | 'delete rule'
  | 'get features'
  | 'set feature'
  | 'get tty status'
  | 'set tty status'
  | 'get signal info'
  | 'send user message'
  | 'trim watches'
  | 'make equivalent'
  | 'open audit socket';

/**
 * The kernel refused an audit request, or audit can't be reached. Codes:
 *
 * - `E_AUDIT_PERMISSION`: EPERM
 * - `E_AUDIT_UNAVAILABLE`: no audit in this kernel, or not in the first user namespace
 * - `E_AUDIT_DAEMON_ALIVE`: another audit daemon is registered and answers
 * - `E_AUDIT_RULE_EXISTS`, `E_AUDIT_RULE_MISSING`: adding a rule twice, deleting one that is not there
 * - `E_AUDIT_REQUEST`: any other error number, see {@link errno}
 */
export class AuditRequestError extends BpfauditError {
  /** What was asked. */
  readonly request: RequestName;
  /** Positive error number of the kernel. */
  readonly errno: number;

  constructor(request: RequestName, errno: number, cause?: unknown) {
    const { code, hint, text } = explain(request, errno);
    super(`${request}: ${text ?? errnoText(errno)} (${errnoName(errno)})`, {
      code,
      ...(hint !== undefined && { hint }),
      ...(cause !== undefined && { cause }),
    });
    this.request = request;
    this.errno = errno;
  }
}

/** Says what a failed socket call means for audit. Other errors are given back as they are. */
export function asRequestError(request: RequestName, error: unknown): unknown {
  return error instanceof SocketError ? new AuditRequestError(request, error.errno, error) : error;
}

interface Explanation {
  readonly code: string;
  readonly hint?: string;
  readonly text?: string;
}

function explain(request: RequestName, errno: number): Explanation {
  if (errno === EPERM) {
    return {
      code: 'E_AUDIT_PERMISSION',
      hint: 'run as root outside containers (first pid namespace); if `ctl -s` says enabled 2, only a reboot unlocks it',
    };
  }
  if (errno === EPROTONOSUPPORT || errno === EAFNOSUPPORT) {
    return {
      code: 'E_AUDIT_UNAVAILABLE',
      text: 'this kernel has no audit',
      hint: 'use a kernel with CONFIG_AUDIT=y',
    };
  }
  if (errno === ECONNREFUSED) {
    return {
      code: 'E_AUDIT_UNAVAILABLE',
      text: 'the audit system does not answer',
      hint: 'run outside user namespaces and boot without audit=0',
    };
  }
  return explainByRequest(request, errno);
}

function explainByRequest(request: RequestName, errno: number): Explanation {
  if (request === 'register as the audit daemon' && errno === EEXIST) {
    return {
      code: 'E_AUDIT_DAEMON_ALIVE',
      text: 'another audit daemon is running',
      hint: 'stop auditd first, or read beside it: as its plugin, or from the multicast group',
    };
  }
  if (request === 'add rule' && errno === EEXIST) {
    return { code: 'E_AUDIT_RULE_EXISTS', text: 'Rule exists' };
  }
  if (request === 'delete rule' && errno === ENOENT) {
    return {
      code: 'E_AUDIT_RULE_MISSING',
      text: 'no such rule',
      hint: 'a rule is deleted with exactly the options it was added with; list them with `ctl -l`',
    };
  }
  return { code: 'E_AUDIT_REQUEST' };
}
