import { printable } from './printable.ts';

/**
 * What a user reads of something that is wrong, on one line of a terminal: `TEXT; hint: CURE`.
 *
 * @param cure - the next action; undefined if none is known
 */
export function withCure(text: string, cure: string | undefined): string {
  return printable(cure === undefined ? text : `${text}; hint: ${cure}`);
}
