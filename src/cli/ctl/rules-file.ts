import { parseCommandLine } from '../../rules/parse-command.ts';
import { readRulesText } from '../../rules/read-rule-files.ts';
import { isComment } from '../../rules/words.ts';
import { executeCommands } from './execute.ts';
import type { CtlSession } from './session.ts';

/**
 * Does what a rules file asks for, line by line. Stops at the first line that fails, unless `-i` or `-c` was
 * given, before it or in it.
 *
 * @param explain - one line about an error
 * @returns 0, or 1 when a line failed; with `-i` always 0
 */
export async function executeRulesFile(
  file: string,
  session: CtlSession,
  explain: (error: unknown) => string,
): Promise<number> {
  let failed = 0;
  for (const [index, text] of readRulesText(file).split('\n').entries()) {
    if (isComment(text)) continue;
    const line = index + 1;
    try {
      await executeCommands(parseCommandLine(text, { file, line }, session.context), session);
    } catch (error) {
      session.output.err(explain(error));
      session.output.err(`There was an error in line ${line} of ${file}`);
      if (!session.goOn) return 1;
      failed++;
    }
  }
  return failed > 0 && session.remember ? 1 : 0;
}
