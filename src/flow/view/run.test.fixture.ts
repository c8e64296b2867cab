import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createContext } from '../../context.js';
import { simulate } from '../../simulate/simulate.js';
import type { DiscoverInput } from '../config.js';
import { discover } from '../discover.js';

const quiet = createContext();

/** A folder for a test file, and how to take it away. */
export function testFolder(): { readonly path: (name: string) => string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'view-'));
  return { path: (name) => join(folder, name), remove: () => rmSync(folder, { recursive: true }) };
}

/** Writes the run of a simulated market into a folder. */
export async function marketRun(folder: string, customers: number, options: DiscoverInput & { end?: string; months?: number } = {}, workspace = true): Promise<void> {
  const { end, months, ...settings } = options;
  const { files } = await simulate({ customers, seed: 7, out: `${folder}-data`, ...(end && { end }), ...(months && { months }) }, quiet);
  await runOf(folder, Object.values(files), settings, workspace);
}

/** Writes the run of some files into a folder. */
export async function runOf(folder: string, files: readonly string[], options: DiscoverInput = {}, workspace = true): Promise<void> {
  const found = await discover(files, options, quiet);
  try {
    await found.write(folder, { workspace });
  } finally {
    await found.close();
  }
}
