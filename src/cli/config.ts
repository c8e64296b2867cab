import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { z } from 'zod';
import { ShoalError } from '../errors.js';
import { checked } from '../options.js';

export const configFile = 'shoal.config.ts';

/** Loads a TypeScript (or JavaScript) configuration: its default export, checked by `schema`. `shoal` inside it is this package. */
export async function loadConfig<S extends z.ZodObject>(path: string, schema: S): Promise<z.output<S>> {
  const full = resolve(path);
  if (!existsSync(full)) throw new ShoalError('config/unreadable', { path, reason: 'there is no such file.' });
  let loaded: unknown;
  try {
    const { createJiti } = await import('jiti');
    const jiti = createJiti(import.meta.url, { alias: { shoal: new URL('../index.js', import.meta.url).pathname }, fsCache: false });
    loaded = await jiti.import(pathToFileURL(full).href, { default: true });
  } catch (cause) {
    throw new ShoalError('config/unreadable', { path, reason: `${cause instanceof Error ? cause.message.split('\n')[0] : String(cause)}.` }, { cause });
  }
  return checked(schema, loaded);
}
