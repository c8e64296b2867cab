// Builds the command: everything that `shoal` runs, zod among it, in a few files. Two hundred modules take a sixth of a second to find and load; these take a third of that.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { root } from './run.mjs';

/** Bundles dist/cli/main.js into dist/bin, one level deep like every stage, so that paths relative to a file hold in both. */
export async function buildBin() {
  await build({
    configFile: false,
    root,
    logLevel: 'warn',
    ssr: { noExternal: ['zod', 'picocolors', 'pure-rand'] },
    build: {
      ssr: join(root, 'dist/cli/main.js'), outDir: join(root, 'dist/bin'), emptyOutDir: true, target: 'node20', minify: false,
      rolldownOptions: { output: { entryFileNames: 'shoal.js', chunkFileNames: '[name]-[hash].js' } },
    },
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildBin();
