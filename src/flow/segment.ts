import type { Context } from '../context.js';
import { openEngine } from '../engine/catalog.js';
import type { Kernel } from '../kernel/kernel.js';
import { openKernel } from '../kernel/catalog.js';
import { checked } from '../options.js';
import { discoverOptions, type DiscoverInput, type DiscoverOptions } from './config.js';
import { prepare, type Prepared } from './prepare.js';
import { stopwatch } from './stopwatch.js';

/** Reads files up to their matrix, does something with it, and closes what was opened. */
export async function withMatrix<T>(
  files: readonly string[], options: DiscoverInput, context: Context, work: (prepared: Prepared, settings: DiscoverOptions, kernel: Kernel) => Promise<T>,
): Promise<T> {
  const settings = checked(discoverOptions, options);
  const [engine, kernel] = await Promise.all([openEngine({ threads: context.threads, signal: context.signal }), openKernel({ threads: context.threads })]);
  try {
    return await work(await prepare(files, settings, engine, kernel, context, stopwatch(context).timed), settings, kernel);
  } finally {
    await kernel.close();
    await engine.close();
  }
}
