import { readFile } from 'node:fs/promises';
import type { Kernel } from './kernel.js';
import { referenceKernel } from './reference.js';

export interface KernelOptions {
  /** Threads to use, the caller's among them. Results never depend on it. */
  threads?: number;
  name?: 'simd' | 'reference';
}

/** The module in the build output as the compiled code and the bundled command see it, or, where this file runs uncompiled (tests), in the build output. */
const places = ['../kernel/kernel.wasm', '../../dist/kernel/kernel.wasm'];

/** Opens the SIMD kernel; the reference one where it is asked for or where the module has not been built. */
export async function openKernel(options: KernelOptions = {}): Promise<Kernel> {
  if (options.name === 'reference') return referenceKernel();
  const bytes = await moduleBytes();
  if (!bytes) return referenceKernel();
  const { simdKernel } = await import('./simd.js');
  return simdKernel(new WebAssembly.Module(bytes), options.threads ?? 1);
}

async function moduleBytes(): Promise<Uint8Array | undefined> {
  for (const place of places) {
    try {
      return await readFile(new URL(place, import.meta.url));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return undefined;
}
