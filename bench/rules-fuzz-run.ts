import { fuzzLines } from '../test/helpers/random-line.ts';
import { Random } from '../test/helpers/random.ts';

// npm run fuzz:rules: a million random rule lines, or as many as the first argument says.
const lines = Number(process.argv[2] ?? 1_000_000);
const seed = Number(process.argv[3] ?? Date.now() % 0x7fffffff);
const start = Date.now();
const { accepted, refused } = fuzzLines(new Random(seed), lines);
process.stdout.write(
  `${accepted + refused} lines, seed ${seed}, ${(Date.now() - start) / 1000} s: ${accepted} taken, ${refused} refused, nothing thrown\n`,
);
