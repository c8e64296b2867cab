import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { ShoalError, type ErrorDetails } from '../../../errors.js';

/** Does work on files; where it fails over one of them, the sentence names the file without telling where the server keeps it. @throws `files/removed` */
export async function onFiles<T>(paths: readonly string[], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const removed = paths.find((path) => !existsSync(path));
    if (removed !== undefined) throw new ShoalError('files/removed', { name: basename(removed) }, { cause: error });
    if (!(error instanceof ShoalError)) throw error;
    const details = error.details as { readonly path?: string };
    if (details.path === undefined || !paths.includes(details.path)) throw error;
    throw new ShoalError(error.code, { ...details, path: basename(details.path) } as ErrorDetails<typeof error.code>, { cause: error });
  }
}
