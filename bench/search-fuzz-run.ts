import { fuzz } from './search-fuzz.ts';

// npm run fuzz:search: ten million mutated lines, or as many as the first argument says.
const lines = Number(process.argv[2] ?? 10_000_000);
const seed = Number(process.argv[3] ?? Date.now() % 0x7fffffff);
process.stdout.write(`seed ${seed}\n`);
const start = Date.now();
const done = await fuzz(lines, seed);
const peakMiB = Math.round(process.resourceUsage().maxRSS / 1024);
process.stdout.write(
  `${done} lines, seed ${seed}, ${(Date.now() - start) / 1000} s, peak ${peakMiB} MiB, nothing thrown\n`,
);
