// Bundles a TypeScript module of this folder with all that it imports from the sources, some of them changed on the way: for a script, and for faults that are put in on purpose.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Imports `entry` (a path from the root). `change`: given the path (from the root) and the text of each source, its text.
 * @param {string} entry
 * @param {(path: string, text: string) => string} [change]
 */
export async function importBundle(entry, change = (_, text) => text) {
  await mkdir(join(root, '.cache'), { recursive: true });
  const outDir = await mkdtemp(join(root, '.cache/parity-'));
  try {
    await build({
      configFile: false, root, logLevel: 'error', plugins: [{ name: 'change', enforce: 'pre', transform: (text, id) => ({ code: change(id.slice(root.length), text), map: null }) }],
      build: { ssr: true, outDir, target: 'node20', minify: false, rolldownOptions: { input: { module: join(root, entry) }, output: { entryFileNames: '[name].mjs', codeSplitting: false } } },
    });
    return await import(pathToFileURL(join(outDir, 'module.mjs')).href);
  } finally {
    await rm(outDir, { recursive: true, force: true });
  }
}
