import { BpfauditError } from '../errors/audit-error.ts';
import { printable } from '../errors/printable.ts';

/** Where a rule was written. */
export interface RuleSource {
  /** File name as the user gave it, or `command line`. */
  readonly file: string;
  /** Line, from 1; 0 where there are no lines, such as a command line. */
  readonly line: number;
}

/** Codes of {@link RuleError}; each has its paragraph in docs/errors.md. */
export const RULE_ERROR_CODES = [
  'E_RULE_SYNTAX',
  'E_RULE_FIELD',
  'E_RULE_OPERATOR',
  'E_RULE_VALUE',
  'E_RULE_SYSCALL',
  'E_RULE_PLACE',
  'E_RULE_LIMIT',
] as const;

/** One of {@link RULE_ERROR_CODES}. */
export type RuleErrorCode = (typeof RULE_ERROR_CODES)[number];

/**
 * A rule that was refused, and the place in it that was at fault.
 *
 * The message is one line, `FILE:LINE:COLUMN: what was found; what was expected`. {@link hint} carries the
 * cure, for a near miss `did you mean "uid"?`.
 *
 * Codes: `E_RULE_SYNTAX` the line is not of the language; `E_RULE_FIELD` no such field; `E_RULE_OPERATOR` the
 * field does not take this operator; `E_RULE_VALUE` the field does not take this value; `E_RULE_SYSCALL` no
 * such system call; `E_RULE_PLACE` right in itself but not here (wrong list, wrong order, given twice);
 * `E_RULE_LIMIT` the kernel's limits are exceeded.
 */
export class RuleError extends BpfauditError {
  /** File and line; the line is 0 on a command line. */
  readonly source: RuleSource;
  /** Column of the first character at fault, from 1. */
  readonly column: number;
  /** The message without the place. */
  readonly reason: string;

  constructor(code: RuleErrorCode, source: RuleSource, column: number, reason: string, hint?: string) {
    super(`${formatPlace(source, column)}: ${reason}`, hint === undefined ? { code } : { code, hint });
    this.source = source;
    this.column = column;
    this.reason = reason;
  }
}

/** `FILE:LINE:COLUMN`, or `command line:COLUMN`. */
export function formatPlace(source: RuleSource, column: number): string {
  const file = printable(source.file);
  return source.line > 0 ? `${file}:${source.line}:${column}` : `${file}:${column}`;
}

/**
 * A word out of a rule, in quotes, safe to print on one line of a terminal.
 *
 * Control bytes become `\xNN`, and a word longer than 64 characters is cut, since it may come from anywhere.
 */
export function quoted(word: string): string {
  return `"${unquoted(word)}"`;
}

/** The same without the quotes. */
export function unquoted(word: string): string {
  return printable(word.length > 64 ? `${word.slice(0, 61)}...` : word);
}

/** `did you mean "uid"?`, or nothing when there is no near miss. */
export function didYouMean(candidate: string | undefined): string | undefined {
  return candidate === undefined ? undefined : `did you mean "${candidate}"?`;
}
