/**
 * The candidate a misspelled word most likely stood for, or `undefined` when none is near.
 *
 * Near means: at most one slip in a word of up to four letters, two in a longer one, where a slip is a letter
 * too many, too few, changed, or two neighbours swapped (`uuid` is one slip from `uid`).
 *
 * @param word - what was written; compared without regard to case
 * @param candidates - what could have been meant, the more usual first
 */
export function nearMiss(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase();
  if (wanted === '' || wanted.length > 64) return undefined;
  const allowed = wanted.length <= 4 ? 1 : 2;
  let best: string | undefined;
  let bestSlips = allowed + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - wanted.length) >= bestSlips) continue;
    const slips = countSlips(wanted, candidate.toLowerCase());
    if (slips < bestSlips) {
      best = candidate;
      bestSlips = slips;
    }
  }
  return best;
}

// Damerau-Levenshtein distance in its restricted form, one row at a time.
function countSlips(left: string, right: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1];
      let slips = Math.min(
        cell(previous, column) + 1,
        cell(current, column - 1) + 1,
        cell(previous, column - 1) + (same ? 0 : 1),
      );
      const swapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      if (row > 1 && column > 1 && swapped) slips = Math.min(slips, cell(beforePrevious, column - 2) + 1);
      current.push(slips);
    }
    beforePrevious = previous;
    previous = current;
  }
  return cell(previous, right.length);
}

function cell(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
