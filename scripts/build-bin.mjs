// Builds what users load, the command and the library: all modules and most packages in a few files. The hundreds they are made of take a quarter of a second to find and load, these a quarter of that.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { root } from './run.mjs';

/** Packages that are built in; the others are loaded from where npm put them. */
const inside = ['@duckdb/node-api', 'picocolors', 'pure-rand', 'zod'];

/** Bundles the command, the library, and what the server runs in processes and threads of their own into dist/bin, one level deep like every stage, so that paths relative to a file hold in both. */
export async function buildBin() {
  await build({
    configFile: false,
    root,
    logLevel: 'warn',
    ssr: { noExternal: inside },
    build: {
      ssr: true, outDir: join(root, 'dist/bin'), emptyOutDir: true, target: 'node20', minify: false,
      rolldownOptions: { input: { shoal: join(root, 'dist/cli/main.js'), index: join(root, 'dist/index.js'), job: join(root, 'dist/server/jobs/main.js'), desk: join(root, 'dist/server/desk/main.js'), live: join(root, 'dist/server/live/main.js'), journal: join(root, 'dist/store/journal/main.js') }, output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' } },
    },
  });
  const licences = await Promise.all(inside.map(async (name) => `${name}\n\n${await readFile(join(root, 'node_modules', name, 'LICENSE'), 'utf8')}`));
  await writeFile(join(root, 'dist/bin/LICENCES.txt'), licences.join('\n\n'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildBin();
