import { type Rule, runDrawnOn } from '../../domain/rule.js';
import type { SegmentRecord } from '../../domain/segment-record.js';
import type { StoredRun } from '../../domain/stored-run.js';
import { type Alias, aliases } from '../../domain/alias.js';
import { ShoalError } from '../../errors.js';
import type { AnswerOf, ArgumentsOf, OperationName } from '../desk/operations.js';
import type { Kept } from '../handler.js';
import type { Settled } from '../settled.js';
import type { OpenWorkspace } from '../workspaces.js';

/** A workspace, to be asked about one of its runs. */
export interface Asking {
  readonly place: OpenWorkspace;
  readonly run: StoredRun;
  /** How things were when it was begun: after a change, begin anew. */
  readonly settled: Settled;
  readonly signal: AbortSignal;
  /** Asks the desk a question on this run. */
  ask<N extends OperationName>(name: N, ...args: ArgumentsOf<N> extends [string, ...infer Rest] ? Rest : never): Promise<AnswerOf<N>>;
}

interface From {
  place(): Promise<OpenWorkspace>;
  readonly signal: AbortSignal;
}

/** A run by its id or alias. What is not published, or removed, is not there. @throws `runs/unknown` */
export async function askingRun({ place, signal }: From, said: string): Promise<Asking> {
  const at = await place();
  const settled = await at.settled();
  const { runs, aliases } = at.store;
  const id = isAlias(said) ? (await settled.read('aliases', aliases.current))[said] : said;
  const unknown = new ShoalError('runs/unknown', { id: said.slice(0, 60) });
  if (id === undefined) throw unknown;
  const run = await settled.read(`run ${id}`, () => runs.get(id)).catch((error) => {
    throw error instanceof ShoalError && error.status < 500 ? unknown : error;
  });
  if (run.state !== 'published' || run.removedAt !== undefined) throw unknown;
  const ask: Asking['ask'] = (name, ...args) => at.desk.ask(name, { signal }, ...([run.id, ...args] as never));
  return { place: at, run, settled, signal, ask };
}

const isAlias = (said: string): said is Alias => (aliases as readonly string[]).includes(said);

/** The run in use. @throws `runs/none` where there is none yet */
export async function askingChampion(from: From): Promise<Asking> {
  return askingRun(from, 'champion').catch((error) => {
    throw error instanceof ShoalError && error.code === 'runs/unknown' ? new ShoalError('runs/none', {}) : error;
  });
}

/** The run that is named, or else the one in use. @throws `runs/unknown`, `runs/none` */
export function askingIn(from: From, said: string | undefined): Promise<Asking> {
  return said === undefined ? askingChampion(from) : askingRun(from, said);
}

/** Where a rule can be answered: only a run itself knows its map. Where that run is gone, the given one says that it has another map. */
export async function askingOf(asking: Asking, rule: Rule): Promise<Asking> {
  const drawnOn = runDrawnOn(rule);
  if (drawnOn === undefined || drawnOn === asking.run.id) return asking;
  return askingRun({ place: async () => asking.place, signal: asking.signal }, drawnOn).catch((error) => {
    if (error instanceof ShoalError && error.code === 'runs/unknown') return asking;
    throw error;
  });
}

/** Names that segments of a run bear now, by their position in it. */
export function namesIn(records: readonly SegmentRecord[]): ReadonlyMap<number, string> {
  return new Map(records.flatMap(({ name, run }) => (run ? [[run.segment, name] as const] : [])));
}

/** An answer that stays the same until something of the workspace changes. */
export function unchanged<T>({ hash }: Settled, question: string, make: () => Promise<T>): Kept<T> {
  return { etag: JSON.stringify([hash, question]), make };
}
