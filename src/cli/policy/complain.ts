import { BpfauditError } from '../../errors/audit-error.ts';
import { ManifestError } from '../../policy/policy-source.ts';
import type { CommandIo } from '../command.ts';
import { problemComplaint, wholeComplaint } from '../complaint.ts';

/** Says what is wrong with one of several policies, so that the others can have their turn. */
export function complain(error: unknown, io: CommandIo): void {
  if (!(error instanceof BpfauditError)) throw error;
  if (error instanceof ManifestError) {
    for (const problem of error.problems) {
      io.stderr.write(`bpfaudit: ${problemComplaint(error.file, problem, error.code)}\n`);
    }
    return;
  }
  io.stderr.write(`bpfaudit: ${wholeComplaint(error)}\n`);
}
