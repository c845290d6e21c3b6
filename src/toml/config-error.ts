import { BpfauditError } from '../errors/audit-error.ts';

/** One thing that is wrong in a file of settings. */
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

/**
 * A file that a person wrote cannot be used. All that is wrong is in {@link problems}; the message has the first.
 *
 * The code says which kind of file: `E_CONFIG`, `E_MANIFEST`.
 */
export class FileProblemsError extends BpfauditError {
  readonly file: string;
  readonly problems: readonly ConfigProblem[];

  constructor(code: string, file: string, problems: readonly [ConfigProblem, ...ConfigProblem[]]) {
    const [first] = problems;
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
    super(problemLine(file, first) + more, {
      code,
      ...(first.hint === undefined ? {} : { hint: first.hint }),
    });
    this.file = file;
    this.problems = problems;
  }
}

/** A configuration that cannot be used: code `E_CONFIG`. */
export class ConfigError extends FileProblemsError {
  constructor(file: string, problems: readonly [ConfigProblem, ...ConfigProblem[]]) {
    super('E_CONFIG', file, problems);
  }
}

/** `FILE:LINE: KEY: TEXT`, without the hint. */
export function problemLine(file: string, problem: ConfigProblem): string {
  const place = problem.line === 0 ? file : `${file}:${problem.line}`;
  return `${place}: ${problem.key === '' ? '' : `${problem.key}: `}${problem.text}`;
}
