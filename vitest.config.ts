import { defineConfig, type ViteUserConfig } from 'vitest/config';

/**
 * Two projects: `unit` needs neither root nor a kernel; `kernel` boots the guest (see docs/guest.md) and
 * runs one file at a time, since each guest uses both cores.
 */
const config: ViteUserConfig = defineConfig({
  test: {
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
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});

export default config;
