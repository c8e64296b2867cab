import { join } from 'node:path';
import { ShoalError } from '../errors.js';

/** Folder of a run among `runs`; it need not exist. @throws `runs/unknown` for what cannot be an id */
export function runFolder(runs: string, run: string): string {
  if (!/^[a-z0-9][a-z0-9_-]{0,63}$/.test(run)) throw new ShoalError('runs/unknown', { id: run.slice(0, 60) });
  return join(runs, run);
}
