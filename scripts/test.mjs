// `npm test` on a fresh clone: install, build, check the structure, run every test. Arguments go to Vitest.
import { bin, install, main, node, step } from './run.mjs';

await main(async () => {
  await install();
  const { build } = await import('./build.mjs');
  await build();
  const { check } = await import('./check.mjs');
  await step('Checking the structure', () => check());
  await node(bin('vitest'), ['run', ...process.argv.slice(2)]);
});
