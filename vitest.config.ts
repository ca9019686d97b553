import { defineConfig } from 'vitest/config';

/**
 * Files that boot machines, two at once: one waits while another is at work, and a machine in emulation takes hardly
 * more than a core. They have nothing in common but images that nobody writes to.
 */
const BOOTING = { maxWorkers: 2, sequence: { groupOrder: 1 }, testTimeout: 180_000 } as const;

/**
 * `unit` is fast and starts no machine; `machine` boots real relays; `emulated` makes relays in machines under QEMU: by
 * Packer, and of a stock Debian from a pasted text. It begins first, as it takes longest.
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
          ...BOOTING,
          hookTimeout: 900_000,
        },
      },
      {
        test: {
          name: 'emulated',
          include: ['test/emulated/**/*.test.ts'],
          globalSetup: ['test/emulated/setup.ts'],
          ...BOOTING,
          hookTimeout: 3_600_000,
        },
      },
    ],
  },
});
