import { defineConfig } from 'vitest/config';

/**
 * `unit` is fast and starts no machine; `machine` boots real relays, one file after the other, because the
 * computer has two cores and the images are shared; `packer` builds one in a machine.
 */
export default defineConfig({
  test: {
    reporters: ['default', ['json', { outputFile: 'dist/test-results.json' }]],
    projects: [
      // Takes a quarter of an hour under emulation, and so has to be asked for: npm run test:stock-qemu
      ...(process.env.STOCK_QEMU
        ? [
            {
              test: {
                name: 'stock-qemu',
                include: ['test/stock-qemu/**/*.test.ts'],
                testTimeout: 3_600_000,
                hookTimeout: 3_600_000,
              },
            },
          ]
        : []),
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/machine/**', 'test/packer-qemu/**', 'test/stock-qemu/**'],
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
          name: 'packer',
          include: ['test/packer-qemu/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 3_600_000,
          // It has both cores busy for a quarter of an hour, and so comes last.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
