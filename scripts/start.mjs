// `npm start` on a fresh clone: install, build, make the demo market, discover its segments, say where the report is.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { install, main, node, root } from './run.mjs';

await main(async () => {
  await install();
  const { build } = await import('./build.mjs');
  await build();
  const cli = join(root, 'dist', 'bin', 'shoal.js');
  if (!existsSync(cli)) throw new Error('The build left no command line at dist/bin/shoal.js.');
  await node(cli, ['demo', '--discover', ...process.argv.slice(2)]);
});
