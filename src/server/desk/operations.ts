import { rm } from 'node:fs/promises';
import { ShoalError } from '../../errors.js';
import { writeTable } from '../../flow/view/table.js';
import type { RunView } from '../../flow/view/view.js';
import type { Reading } from './reading.js';
import { ruleOperations } from './rule-operations.js';

type Operation = (reading: Reading, ...args: never[]) => Promise<unknown>;

/** Questions that a view answers by itself: `page` of a run is asked as `ask('page', run, …)`. */
const ofViews = [
  'map', 'colours', 'column', 'membership', 'bits', 'search', 'page', 'entity', 'timeline', 'segment', 'distribution', 'overlap', 'compare', 'whatIf', 'levels', 'tree', 'figures',
] as const satisfies readonly (keyof RunView)[];
type OfView = (typeof ofViews)[number];

const views = Object.fromEntries(ofViews.map((name) => [name, async ({ view }: Reading, run: string, ...args: unknown[]) => {
  const opened = await view(run);
  return (opened[name] as (...args: unknown[]) => unknown).apply(opened, args);
}])) as unknown as { readonly [M in OfView]: (reading: Reading, run: string, ...args: Parameters<RunView[M]>) => ReturnType<RunView[M]> };

/** Everything that can be asked at a desk, by name: nothing else is called there. Arguments and answers are plain data and typed arrays. */
export const operations = {
  ...views,
  ...ruleOperations,
  report: async ({ view }: Reading, run: string) => (await view(run)).report,
  /** Two runs side by side, under the names given. */
  async compareRuns({ view, folder }: Reading, run: string, other: string, names: readonly [string, string]) {
    return (await view(run)).versus(folder(other), names);
  },
  /** Writes a file, unless its asker has gone: nothing stays that nobody waits for. @throws `run/aborted` and what the view throws */
  async export({ view, signal }: Reading, run: string, ...[ask, format, path]: Parameters<RunView['export']>) {
    const opened = await view(run);
    if (signal.aborted) throw new ShoalError('run/aborted', {});
    try {
      return await opened.export(ask, format, path);
    } finally {
      if (signal.aborted) await rm(path, { force: true });
    }
  },
  /** Writes a table of no run, from rows as `writeLines` has them, unless its asker has gone. @throws `run/aborted`, `run/write-failed` */
  async table({ signal }: Reading, ...[heads, lines, format, path]: Parameters<typeof writeTable>) {
    if (signal.aborted) throw new ShoalError('run/aborted', {});
    try {
      return await writeTable(heads, lines, format, path);
    } finally {
      if (signal.aborted) await rm(path, { force: true });
    }
  },
  freshness: async ({ view }: Reading, run: string) => (await view(run)).freshness(),
} satisfies Readonly<Record<string, Operation>>;

export type Operations = typeof operations;
export type OperationName = keyof Operations;
export type ArgumentsOf<N extends OperationName> = Operations[N] extends (reading: Reading, ...args: infer A) => unknown ? A : never;
export type AnswerOf<N extends OperationName> = Awaited<ReturnType<Operations[N]>>;
