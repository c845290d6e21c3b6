import { BpfauditError } from '../errors/audit-error.ts';

/** One thing that is wrong in a configuration. */
export interface ConfigProblem {
  /** Line of the file, from 1; 0 if it is about the whole file. */
  readonly line: number;
  /** `log.max_log_file`; empty if it is about no key. */
  readonly key: string;
  /** What was expected and what was found. */
  readonly text: string;
  /** The cure, if one is known. */
  readonly hint?: string;
}

/** A configuration that cannot be used: code `E_CONFIG`. All that is wrong is in {@link problems}. */
export class ConfigError extends BpfauditError {
  readonly file: string;
  readonly problems: readonly ConfigProblem[];

  constructor(file: string, problems: readonly [ConfigProblem, ...ConfigProblem[]]) {
    const [first] = problems;
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
    super(problemLine(file, first) + more, {
      code: 'E_CONFIG',
      ...(first.hint === undefined ? {} : { hint: first.hint }),
    });
    this.file = file;
    this.problems = problems;
  }
}

/** `FILE:LINE: KEY: TEXT`, without the hint. */
export function problemLine(file: string, problem: ConfigProblem): string {
  const place = problem.line === 0 ? file : `${file}:${problem.line}`;
  return `${place}: ${problem.key === '' ? '' : `${problem.key}: `}${problem.text}`;
}
