// Everything that `dist/` holds: compiled TypeScript, the WebAssembly kernel, the report page.
import { readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bin, main, node, root, step } from './run.mjs';

/** Written last: the build is as new as this. */
const stamp = join(root, 'dist', 'built');

/** Builds unless nothing has changed since it was built. */
export async function buildIfStale() {
  const built = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (['src', 'ui', 'scripts', 'package.json', 'tsconfig.json'].some((path) => newest(join(root, path)) > built)) await build();
}

function newest(path) {
  const found = statSync(path);
  if (!found.isDirectory()) return found.mtimeMs;
  return Math.max(found.mtimeMs, ...readdirSync(path).filter((name) => name !== 'node_modules').map((name) => newest(join(path, name))));
}

export async function build() {
  const began = new Date();
  await step('Compiling TypeScript', () => compile());
  const { buildBin } = await import('./build-bin.mjs');
  await step('Bundling the command', () => buildBin());
  const { buildWasm } = await import('./build-wasm.mjs');
  await step('Building the kernel', () => buildWasm());
  const { buildEdge } = await import('./build-edge.mjs');
  await step('Building the module for browsers', () => buildEdge());
  const { buildUi, buildWorkspace } = await import('./build-ui.mjs');
  await step('Building the report page', () => buildUi());
  await step('Building the workspace', async () => {
    const { firstLoad } = await buildWorkspace();
    process.stdout.write(`  ${(firstLoad / 1000).toFixed(0)} kB gzipped at first load\n`);
  });
  writeFileSync(stamp, '');
  // What was changed during the build is newer than it.
  utimesSync(stamp, began, began);
}

/** A source file that was renamed must not leave its old output behind, so a clean build clears dist first. */
async function compile() {
  if (process.argv.includes('--clean')) {
    for (const folder of ['dist', '.cache']) rmSync(join(root, folder), { recursive: true, force: true });
  }
  await node(bin('typescript', 'tsc'), ['-p', 'tsconfig.json']);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await main(build);
