import { defineConfig } from 'vitest/config';

/** Journeys start real servers and browsers: one after the other, and with patience. */
const JOURNEY_TIMEOUT = 120_000;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'packages/*/test/**/*.test.ts',
            'apps/{server,cli}/test/**/*.test.ts',
            '{bench,scripts}/test/**/*.test.ts',
            'test/evil/*.test.ts',
          ],
          testTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      { extends: './apps/web/vitest.config.ts', root: './apps/web', test: { sequence: { groupOrder: 1 } } },
      {
        test: {
          name: 'journeys',
          include: ['test/{journeys,relay,simulation}/*.test.ts'],
          pool: 'forks',
          maxWorkers: 1,
          isolate: true,
          fileParallelism: false,
          testTimeout: JOURNEY_TIMEOUT,
          hookTimeout: JOURNEY_TIMEOUT,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
