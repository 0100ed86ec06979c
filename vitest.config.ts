import { defineConfig } from 'vitest/config';

/** Three projects: `unit` has no I/O, `integration` uses real files and processes, `e2e` runs `bin/braid`. */
export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 120_000 } },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 240_000,
          // It removes what a test has made: thousands of files, on some disks slowly.
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
