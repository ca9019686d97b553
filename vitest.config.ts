import { defineConfig } from 'vitest/config';

/**
 * `unit` is fast and starts no machine; `machine` boots real relays, one file after the other, because the
 * computer has two cores and the images are shared; `emulated` makes relays in machines under QEMU: by Packer, and
 * of a stock Debian from a pasted text.
 */
export default defineConfig({
  test: {
    reporters: ['default', ['json', { outputFile: 'dist/test-results.json' }]],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/machine/**', 'test/emulated/**'],
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
      {
        test: {
          name: 'emulated',
          include: ['test/emulated/**/*.test.ts'],
          globalSetup: ['test/emulated/setup.ts'],
          // A machine at work in emulation takes hardly more than a core; nothing else is to be beside them.
          maxWorkers: 2,
          testTimeout: 180_000,
          hookTimeout: 3_600_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
