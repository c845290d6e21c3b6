import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { LongestFirst } from './test/kernel/longest-first.ts';

/**
 * Two projects: `unit` needs neither root nor a kernel; `kernel` boots the guest (see docs/guest.md) and
 * runs two files at a time (scripts/test.sh), the longest first: a guest takes one core.
 */
const config: ViteUserConfig = defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/kernel/**'],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'kernel',
          include: ['test/kernel/**/*.test.ts'],
          fileParallelism: true,
          testTimeout: 900_000,
          hookTimeout: 900_000,
        },
      },
    ],
  },
});

export default config;
