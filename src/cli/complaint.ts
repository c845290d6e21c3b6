import { VerifierError } from '../bpf/verifier-error.ts';
import type { BpfauditError } from '../errors/audit-error.ts';
import { printable } from '../errors/printable.ts';
import { withCure } from '../errors/with-cure.ts';
import { problemLine, type ConfigProblem } from '../toml/config-error.ts';

/** What a user reads of an error, on one line of a terminal: `MESSAGE (CODE); hint: CURE`. */
export function complaint(error: BpfauditError): string {
  return withCure(`${error.message} (${error.code})`, error.hint);
}

/** The same, and below it the end of the verifier's log if there is one, since the reason stands in it. */
export function wholeComplaint(error: BpfauditError): string {
  const tail = error instanceof VerifierError ? error.tail.split('\n').map(printable) : [];
  return [complaint(error), ...tail].join('\n');
}

/** What a user reads of one problem in a file: `FILE:LINE: KEY: TEXT; hint: CURE`, before the cure the code if any. */
export function problemComplaint(file: string, problem: ConfigProblem, code?: string): string {
  const text = problemLine(file, problem);
  return withCure(code === undefined ? text : `${text} (${code})`, problem.hint);
}
