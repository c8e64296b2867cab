import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'ui/src/**/*.test.ts', 'ui/src/**/*.test.tsx'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Two workers on two cores: the heavy suites (market, null families, browser) run beside the light ones.
    maxWorkers: 2,
    reporters: ['default'],
  },
});
