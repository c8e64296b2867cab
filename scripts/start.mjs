// `npm start` on a fresh clone: install, build, put a demo market into a workspace, find its segments, serve. A second time everything is there already.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { install, main, node, root } from './run.mjs';

await main(async () => {
  await install();
  const { buildIfStale } = await import('./build.mjs');
  await buildIfStale();
  const cli = join(root, 'dist', 'bin', 'shoal.js');
  if (!existsSync(cli)) throw new Error('The build left no command line at dist/bin/shoal.js.');
  // Ctrl-C reaches the server as well, which stops in its own time; this process waits for it.
  process.on('SIGINT', () => {});
  // npm and the shell in between die of a signal without passing it on.
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && process.kill(process.pid, 'SIGTERM'), 500).unref();
  // It ends with this one, however this one ends: its channel closes.
  await node(cli, ['serve', '--demo', ...process.argv.slice(2)], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], handOn: ['SIGTERM', 'SIGHUP'] });
});
