/** Numbers of a task have 32 bits. */
export const LARGEST_WORD = 0xffff_ffffn;
const BEYOND = 1n << 64n;

/** Numbers of 64 bits from {@link low} on, {@link span} more; they may go on over the end from 0. */
export interface WideRange {
  readonly low: bigint;
  readonly span: bigint;
}

/** The numbers of 32 bits in a range, as pairs of the first and the last. */
export function wordsIn({ low, span }: WideRange): [bigint, bigint][] {
  const first = BigInt.asUintN(64, low);
  const last = first + BigInt.asUintN(64, span);
  const pieces: [bigint, bigint][] =
    last < BEYOND
      ? [[first, last]]
      : [
          [0n, last - BEYOND],
          [first, BEYOND - 1n],
        ];
  return pieces
    .filter(([from]) => from <= LARGEST_WORD)
    .map(([from, to]) => [from, to < LARGEST_WORD ? to : LARGEST_WORD]);
}

/**
 * The same numbers of 32 bits as one range that may go on over the end of 32 bits: in the lower half of a word its
 * first number, in the upper half how many follow. Undefined if there are none.
 */
export function packWordRange(range: WideRange): bigint | undefined {
  const pieces = wordsIn(range);
  const [first] = pieces;
  if (first === undefined) return undefined;
  const from = pieces.at(-1)?.[0] ?? first[0];
  const count = pieces.reduce((sum, [begin, end]) => sum + end - begin + 1n, 0n);
  return from | ((count - 1n) << 32n);
}
