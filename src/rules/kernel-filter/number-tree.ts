import type { NodeBody } from './condition-node.ts';
import { FIELD, LAST_NUMBER, TEST } from './filter-node.ts';
import { LARGEST_WORD, wordsIn } from './word-range.ts';

/** Numbers from {@link first} on, up to the next part, and which rules of the run they fit. */
export interface Part {
  readonly first: bigint;
  /** Places in the run, in order. */
  readonly rules: readonly number[];
}

/** Whether a question is about a number of the task, in a range. */
export function isPlainNumber(node: NodeBody | undefined): node is NodeBody {
  return node !== undefined && FIELD[node.field] <= LAST_NUMBER && node.test === TEST.isIn;
}

/**
 * Cuts the numbers into parts within which a run of questions about the same field has the same answers: instead of
 * one question after the other, the part is searched for.
 */
export function cutIntoParts(questions: readonly NodeBody[]): Part[] {
  const ranges = questions.map(wordsIn);
  const borders = new Set<bigint>([0n]);
  for (const [first, last] of ranges.flat()) {
    borders.add(first);
    if (last < LARGEST_WORD) borders.add(last + 1n);
  }
  const parts: Part[] = [];
  for (const first of [...borders].toSorted((one, other) => (one < other ? -1 : 1))) {
    const rules = ranges.flatMap((each, at) =>
      each.some(([from, to]) => from <= first && first <= to) ? [at] : [],
    );
    if (rules.join() !== parts.at(-1)?.rules.join()) parts.push({ first, rules });
  }
  return parts;
}
