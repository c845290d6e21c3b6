import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** Tests of the kernel that need many minutes: `npm run test:long`. */
const LONG = ['daemon', 'daemon-failures', 'package', 'policies', 'rules'].map(
  (name) => `test/kernel/${name}.test.ts`,
);

/**
 * Three projects: `unit` needs neither root nor a kernel; `kernel` boots the guest (see docs/guest.md) and
 * runs two files at a time (scripts/test.sh): a guest takes one core. `long` is not part of `npm test`.
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
          exclude: LONG,
          fileParallelism: true,
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
      {
        test: {
          name: 'long',
          include: LONG,
          fileParallelism: false,
          testTimeout: 900_000,
          hookTimeout: 900_000,
        },
      },
    ],
  },
});

export default config;
