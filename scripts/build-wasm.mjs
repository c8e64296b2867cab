// Compiles the AssemblyScript kernel to dist/kernel/kernel.wasm: SIMD, and memory shared between threads.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bin, main, node, root } from './run.mjs';

export async function buildWasm() {
  const out = join(root, 'dist', 'kernel', 'kernel.wasm');
  mkdirSync(join(root, 'dist', 'kernel'), { recursive: true });
  await node(bin('assemblyscript', 'asc'), [
    join('src', 'kernel', 'assembly', 'index.ts'), '--outFile', out,
    '-O3', '--noAssert', '--runtime', 'stub', '--use', 'abort=', '--enable', 'simd', '--enable', 'threads',
    '--importMemory', '--sharedMemory', '--initialMemory', '16', '--maximumMemory', '65536',
  ]);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await main(buildWasm);
