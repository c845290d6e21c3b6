import type { TextField } from './rule.ts';
import type { RuleContext } from './rule-context.ts';
import { RuleError, quoted, type RuleSource } from './rule-error.ts';
import type { Word } from './words.ts';

const NAME_MAX = 255;

/**
 * Reads the path of `-w` or `-W`: a directory becomes a `dir` field (the whole tree below it), anything else a
 * `path` field. Slashes at the end are dropped.
 *
 * @throws {@link RuleError} `E_RULE_VALUE`
 */
export function readWatch(
  word: Word,
  source: RuleSource,
  context: RuleContext,
): { field: TextField; warnings: string[] } {
  const { text, column } = word;
  const refuse = (reason: string): never => {
    throw new RuleError('E_RULE_VALUE', source, column, `-w: ${reason}`);
  };
  if (!text.startsWith('/')) refuse(`${quoted(text)} does not start with "/"`);
  const path = text.length > 2 ? text.replace(/\/+$/, '') || '/' : text;
  const base = path.slice(path.lastIndexOf('/') + 1);
  if (Buffer.byteLength(base) > NAME_MAX)
    refuse(`the last part of ${quoted(text)} exceeds ${NAME_MAX} bytes`);
  const name = context.isDirectory(path) ? 'dir' : 'path';
  return { field: { kind: 'text', name, operator: '=', text: path }, warnings: warnAbout(path) };
}

function warnAbout(path: string): string[] {
  const warnings: string[] = [];
  if (path.includes('..'))
    warnings.push(`${quoted(path)}: ".." is not resolved, the kernel takes it as it stands`);
  if (/[*?]/.test(path)) warnings.push(`${quoted(path)}: wildcards are not expanded`);
  return warnings;
}
