import type { NodeBody } from './condition-node.ts';
import { FIELD, LAST_NUMBER, TEST } from './filter-node.ts';

/** Numbers of a task have 32 bits. */
const LARGEST = 0xffff_ffffn;
const WORD = 1n << 64n;

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
  const ranges = questions.map(rangesOf);
  const borders = new Set<bigint>([0n]);
  for (const [first, last] of ranges.flat()) {
    borders.add(first);
    if (last < LARGEST) borders.add(last + 1n);
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

// A range may go over the end of 64 bits, as that of != does; of it only 32 bits are of use.
function rangesOf({ low, span }: NodeBody): [bigint, bigint][] {
  const first = BigInt.asUintN(64, low);
  const last = first + BigInt.asUintN(64, span);
  const pieces: [bigint, bigint][] =
    last < WORD
      ? [[first, last]]
      : [
          [0n, last - WORD],
          [first, WORD - 1n],
        ];
  return pieces.filter(([from]) => from <= LARGEST).map(([from, to]) => [from, to < LARGEST ? to : LARGEST]);
}
