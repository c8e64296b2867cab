// Everything that `dist/` holds: compiled TypeScript, the WebAssembly kernel, the report page.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bin, main, node, root, step } from './run.mjs';

export async function build() {
  await step('Compiling TypeScript', () => compile());
  const { buildBin } = await import('./build-bin.mjs');
  await step('Bundling the command', () => buildBin());
  const { buildWasm } = await import('./build-wasm.mjs');
  await step('Building the kernel', () => buildWasm());
  const { buildUi, buildWorkspace } = await import('./build-ui.mjs');
  await step('Building the report page', () => buildUi());
  await step('Building the workspace', async () => {
    const { firstLoad } = await buildWorkspace();
    process.stdout.write(`  ${(firstLoad / 1000).toFixed(0)} kB gzipped at first load\n`);
  });
}

/** A source file that was renamed must not leave its old output behind, so a clean build clears dist first. */
async function compile() {
  if (process.argv.includes('--clean')) {
    for (const folder of ['dist', '.cache']) rmSync(join(root, folder), { recursive: true, force: true });
  }
  await node(bin('typescript', 'tsc'), ['-p', 'tsconfig.json']);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await main(build);
