import { BpfauditError } from '../errors/audit-error.ts';
import { errorName } from '../errors/thrown.ts';

const HINTS: Readonly<Record<string, string>> = {
  ENOENT: 'make the directory first',
  EROFS: 'the file system is mounted read-only: choose another with --log',
  EACCES: 'choose a directory that you may write to, or run as root',
  EISDIR: 'name a file, not a directory',
  ELOOP: 'the log must be no symbolic link',
  ENOTDIR: 'the folder of the log must be a folder, and no symbolic link',
  ENOSPC: 'the file system is full',
  EDQUOT: 'the quota is used up',
  EPIPE: 'whoever read the output is gone',
};

/** A step with the log that failed: code `E_LOG`. */
export function logError(step: string, path: string, cause: unknown): BpfauditError {
  const code = errorName(cause);
  const text =
    cause instanceof Error ? cause.message.replace(/^[A-Z]+: /, '').replace(/, \w+.*$/, '') : 'failed';
  const hint = HINTS[code];
  return new BpfauditError(`${step} log ${path}: ${text}${code === '' ? '' : ` (${code})`}`, {
    code: 'E_LOG',
    ...(hint === undefined ? {} : { hint }),
    cause,
  });
}

/** A log that nobody should write to as it stands: code `E_LOG_UNSAFE`. */
export function unsafeLog(path: string, what: string, hint: string): BpfauditError {
  return new BpfauditError(`open log ${path}: ${what}`, { code: 'E_LOG_UNSAFE', hint });
}
