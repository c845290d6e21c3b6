import { BpfauditError } from '../errors/audit-error.ts';
import { messageOf } from '../errors/thrown.ts';

/** There is no policy of that name. */
export function unknownPolicy(step: string, name: string): BpfauditError {
  return new BpfauditError(`${step} policy ${name}: no such policy is loaded`, {
    code: 'E_POLICY_UNKNOWN',
    hint: 'bpfaudit policy list shows what is',
  });
}

/** A program without a gate cannot be switched off for the moment in which two generations are attached. */
export function withoutGate(policy: string, program: string, which: 'loaded' | 'new'): BpfauditError {
  return new BpfauditError(
    `upgrade policy ${policy}: program ${program} of the ${which} generation is declared with BPF_PROG()`,
    {
      code: 'E_POLICY_GATE',
      hint: 'declare it with BPF_AUDIT_POLICY(); until then unload and load it, with a gap between',
    },
  );
}

/** Whatever went wrong with one policy, so that it keeps no other back: a disk can be full in many places. */
export function asPolicyError(path: string, error: unknown): BpfauditError {
  if (error instanceof BpfauditError) return error;
  return new BpfauditError(`policy ${path}: ${messageOf(error)}`, {
    code: 'E_POLICY_STORE',
    hint: 'run as root, with /sys/fs/bpf mounted and room on the disk',
    cause: error,
  });
}
