import { BpfauditError } from '../errors/audit-error.ts';

/** A command line of `bpfaudit NAME` that cannot be understood: code `E_USAGE`, exit status 2. */
export function usageError(command: string, problem: string): BpfauditError {
  return new BpfauditError(`${command}: ${problem}`, {
    code: 'E_USAGE',
    hint: `see bpfaudit ${command} --help`,
  });
}
