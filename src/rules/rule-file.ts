import type { Command } from './command.ts';
import { parseCommandLine } from './parse-command.ts';
import type { RuleContext } from './rule-context.ts';
import { RuleError } from './rule-error.ts';
import { isComment } from './words.ts';

/** A rules file, by name and content. */
export interface RuleFile {
  /** Name for error messages, usually the path. */
  readonly name: string;
  readonly text: string;
}

/** What a rules file asks for, and everything that is wrong with it. */
export interface ParsedRuleFile {
  /** What the good lines ask for, in order. */
  readonly commands: readonly Command[];
  /** One error for each bad line, in order. Nothing after a bad line is skipped. */
  readonly errors: readonly RuleError[];
}

/** auditctl reads lines into a buffer of this size; what is behind it would become a line of its own. */
const LINE_BYTES = 6144;

/**
 * Reads a whole rules file. One bad line never hides the rest: every line is read, and every error reported.
 */
export function parseRuleFile(file: RuleFile, context: RuleContext): ParsedRuleFile {
  const commands: Command[] = [];
  const errors: RuleError[] = [];
  for (const [at, line] of file.text.split('\n').entries()) {
    if (isComment(line)) continue;
    const source = { file: file.name, line: at + 1 };
    try {
      if (Buffer.byteLength(line) >= LINE_BYTES) {
        throw new RuleError('E_RULE_LIMIT', source, LINE_BYTES, `the line exceeds ${LINE_BYTES - 1} bytes`);
      }
      commands.push(...parseCommandLine(line, source, context));
    } catch (error) {
      if (!(error instanceof RuleError)) throw error;
      errors.push(error);
    }
  }
  return { commands, errors };
}
