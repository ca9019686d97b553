import { defineConfig } from 'vitest/config';

/**
 * Two projects: `unit` is fast and starts no machine; `machine` boots real relays, one file after the
 * other, because the computer has two cores and the images are shared.
 */
export default defineConfig({
  test: {
    reporters: ['default', ['json', { outputFile: 'dist/test-results.json' }]],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/machine/**'],
        },
      },
      {
        test: {
          name: 'machine',
          globalSetup: ['test/machine/setup.ts'],
          include: ['test/machine/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 900_000,
        },
      },
    ],
  },
});
