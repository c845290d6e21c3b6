import type { BpfauditError } from '../errors/audit-error.ts';
import { problemLine, type ConfigProblem } from '../toml/config-error.ts';

/** What a user reads of an error, on one line: `MESSAGE (CODE); hint: CURE`. */
export function complaint(error: BpfauditError): string {
  return withCure(`${error.message} (${error.code})`, error.hint);
}

/** What a user reads of one problem in a file: `FILE:LINE: KEY: TEXT; hint: CURE`, before the cure the code if any. */
export function problemComplaint(file: string, problem: ConfigProblem, code?: string): string {
  const text = problemLine(file, problem);
  return withCure(code === undefined ? text : `${text} (${code})`, problem.hint);
}

function withCure(text: string, cure: string | undefined): string {
  return cure === undefined ? text : `${text}; hint: ${cure}`;
}
