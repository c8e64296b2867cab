import { rm } from 'node:fs/promises';
import { ShoalError } from '../../errors.js';
import type { writeTable } from '../../flow/view/table.js';
import type { RunView } from '../../flow/view/view.js';
import { long, quick, type Lane, type Operation } from './operation.js';
import type { Reading } from './reading.js';
import { ruleOperations } from './rule-operations.js';

type Asked = keyof { [M in keyof RunView as RunView[M] extends (...args: never[]) => Promise<unknown> ? M : never]: M };
type OfViews<M extends Asked> = { readonly [N in M]: { readonly lane: Lane; readonly answer: (reading: Reading, run: string, ...args: Parameters<RunView[N]>) => ReturnType<RunView[N]> } };

/** Questions that a view answers by itself: `page` of a run is asked as `ask('page', …, run, …)`. */
function ofViews<M extends Asked>(inLane: typeof quick, names: readonly M[]): OfViews<M> {
  return Object.fromEntries(names.map((name) => [name, inLane(async ({ view }: Reading, run: string, ...args: unknown[]) => {
    const opened = await view(run);
    return (opened[name] as (...args: unknown[]) => unknown).apply(opened, args);
  })])) as unknown as OfViews<M>;
}

/** Everything that can be asked at a desk, by name: nothing else is called there. */
export const operations = {
  ...ofViews(quick, ['map', 'colours', 'column', 'membership', 'bits', 'search', 'page', 'entity', 'timeline', 'segment', 'distribution', 'overlap', 'compare', 'figures', 'usual']),
  ...ofViews(long, ['whatIf', 'levels', 'tree']),
  ...ruleOperations,
  report: quick(async ({ view }: Reading, run: string) => (await view(run)).report),
  /** Stops where its asker has gone. */
  ready: quick(async ({ view, signal }: Reading, run: string) => (await view(run)).ready(signal)),
  freshness: quick(async ({ view }: Reading, run: string) => (await view(run)).freshness()),
  /** Two runs side by side, under the names given. */
  compareRuns: long(async ({ view, folder }: Reading, run: string, other: string, names: readonly [string, string]) => (await view(run)).versus(folder(other), names)),
  /** Writes a file, unless its asker has gone: nothing stays that nobody waits for. @throws `run/aborted` and what the view throws */
  export: long(async ({ view, signal }: Reading, run: string, ...[ask, format, path]: Parameters<RunView['export']>) => {
    const opened = await view(run);
    if (signal.aborted) throw new ShoalError('run/aborted', {});
    try {
      return await opened.export(ask, format, path);
    } finally {
      if (signal.aborted) await rm(path, { force: true });
    }
  }),
  /** Writes a table of no run, from rows as `writeLines` has them, unless its asker has gone. @throws `run/aborted`, `run/write-failed` */
  table: long(async ({ signal }: Reading, ...[heads, lines, format, path]: Parameters<typeof writeTable>) => {
    const { writeTable } = await import('../../flow/view/table.js');
    if (signal.aborted) throw new ShoalError('run/aborted', {});
    try {
      return await writeTable(heads, lines, format, path);
    } finally {
      if (signal.aborted) await rm(path, { force: true });
    }
  }),
} satisfies Readonly<Record<string, Operation>>;

export type Operations = typeof operations;
export type OperationName = keyof Operations;
type Answering<N extends OperationName> = Operations[N]['answer'];
export type ArgumentsOf<N extends OperationName> = Answering<N> extends (reading: Reading, ...args: infer A) => unknown ? A : never;
export type AnswerOf<N extends OperationName> = Awaited<ReturnType<Answering<N>>>;
