import { BpfauditError } from '../errors/audit-error.ts';

/** A command line that cannot be understood: code `E_USAGE`, exit status 2. */
export function usageError(
  command: string,
  problem: unknown,
  hint = `see bpfaudit ${command} --help`,
): BpfauditError {
  const text = problem instanceof Error ? problem.message.split('\n')[0]! : String(problem);
  return new BpfauditError(`${command}: ${text}`, {
    code: 'E_USAGE',
    hint,
  });
}
