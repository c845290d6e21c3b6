/**
 * Reads a million random rule lines: `npx tsx scripts/fuzz-rules.ts [COUNT [SEED]]`.
 *
 * Prints how many were taken and refused; ends with the line at fault if one does anything else.
 */
import { Random } from '../test/helpers/random.ts';
import { fuzzLines } from '../test/helpers/random-line.ts';

const count = Number(process.argv[2] ?? 1_000_000);
const seed = Number(process.argv[3] ?? 1);
const { accepted, refused } = fuzzLines(new Random(seed), count);
console.log(`${count} lines of seed ${seed}: ${accepted} taken, ${refused} refused`);
