import { defineConfig } from 'vitest/config';

const browser = 'test/**/*.browser.test.ts';

export default defineConfig({
  test: {
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Two workers on two cores: the heavy suites (market, null families, browser) run beside the light ones.
    maxWorkers: 2,
    reporters: ['default'],
    projects: [
      { extends: true, test: { name: 'plain', include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'ui/src/**/*.test.ts', 'ui/src/**/*.test.tsx'], exclude: [browser, '**/node_modules/**'] } },
      // A real browser on a busy machine can miss a moment: such a test may try once more, and the summary says so.
      { extends: true, test: { name: 'browser', include: [browser], retry: 1 } },
    ],
  },
});
