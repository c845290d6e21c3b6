/** Bits and their words, in the order in which they are printed. */
export type FlagWords = readonly (readonly [number, string])[];

/** Joins the words of the bits that are set; empty if none is known. */
export function flagWords(value: number, words: FlagWords, separator = '|'): string {
  let out = '';
  for (const [bit, word] of words) {
    if ((value & bit) !== 0) out += out === '' ? word : separator + word;
  }
  return out;
}
