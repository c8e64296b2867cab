import { existsSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { ShoalError, type ErrorDetails } from '../../../errors.js';

/** Does work on files, and in other folders; where it fails over one of them, the sentence names it without telling where the server keeps it. @throws `files/removed` */
export async function onFiles<T>(paths: readonly string[], work: () => Promise<T>, folders: readonly string[] = []): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const removed = paths.find((path) => !existsSync(path));
    if (removed !== undefined) throw new ShoalError('files/removed', { name: basename(removed) }, { cause: error });
    if (!(error instanceof ShoalError)) throw error;
    const homes = [...new Set([...paths, ...folders].map((path) => `${dirname(path)}/`))];
    const plain = (value: unknown) => (typeof value === 'string' ? homes.reduce((text, home) => text.replaceAll(home, ''), value) : value);
    const details = Object.fromEntries(Object.entries(error.details as object).map(([name, value]) => [name, plain(value)]));
    throw new ShoalError(error.code, details as ErrorDetails<typeof error.code>, { cause: error });
  }
}
