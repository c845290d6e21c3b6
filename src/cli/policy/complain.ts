import { VerifierError } from '../../bpf/verifier-error.ts';
import { BpfauditError } from '../../errors/audit-error.ts';
import { ManifestError } from '../../policy/policy-source.ts';
import type { CommandIo } from '../command.ts';

/** Says what is wrong with one of several policies, so that the others can have their turn. */
export function complain(error: unknown, io: CommandIo): void {
  if (!(error instanceof BpfauditError)) throw error;
  const hint = error.hint === undefined ? '' : `; hint: ${error.hint}`;
  if (error instanceof ManifestError) {
    for (const { line, key, text, hint: cure } of error.problems) {
      const place = `${error.file}${line === 0 ? '' : `:${line}`}: ${key === '' ? '' : `${key}: `}`;
      const more = cure === undefined ? '' : `; hint: ${cure}`;
      io.stderr.write(`bpfaudit: ${place}${text} (${error.code})${more}\n`);
    }
    return;
  }
  io.stderr.write(`bpfaudit: ${error.message} (${error.code})${hint}\n`);
  if (error instanceof VerifierError) io.stderr.write(`${error.tail}\n`);
}
