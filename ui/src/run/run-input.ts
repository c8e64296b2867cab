import type { RunRow } from '../../../src/server/contract/runs.js';

interface Asked {
  readonly live?: unknown;
  readonly files?: readonly { readonly id?: string; readonly name?: string }[];
  readonly options?: object;
}

const asked = (run: Pick<RunRow, 'input'>): Asked => (typeof run.input === 'object' && run.input !== null ? (run.input as Asked) : {});

/** Names of the files that a run was made of. */
export const filesIn = (run: Pick<RunRow, 'input'>): string[] => list(run).flatMap((file) => file.name ?? []);

/** What was asked for, to be asked again; undefined where it cannot be told. */
export function againOf(run: Pick<RunRow, 'input'>): { readonly files?: string[]; readonly live?: true; readonly options: object } | undefined {
  if (asked(run).live === true) return { live: true, options: asked(run).options ?? {} };
  const files = list(run).flatMap((file) => file.id ?? []);
  return files.length > 0 ? { files, options: asked(run).options ?? {} } : undefined;
}

const list = (run: Pick<RunRow, 'input'>) => {
  const { files } = asked(run);
  return Array.isArray(files) ? files.filter((file) => typeof file === 'object' && file !== null) : [];
};
