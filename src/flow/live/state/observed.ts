import type { Event, Scalar } from '../../../domain/event.js';
import type { Observed, ObservedColumn } from '../../../segment/rules/live-vocabulary.js';

/** How much is remembered of what was seen: so that ten thousand names of events hurt nobody. */
export const observedLimits = { events: 500, columns: 500, traits: 300, values: 30, length: 100 } as const;

/** What events and traits looked like so far: names, types and frequent values, within fixed limits. */
export interface Observing {
  see(event: Event): void;
  /** A value of such an event. `path` is the same object for the same path, so that it is looked for once. */
  note(path: SeenPath, value: Scalar, event: Event): void;
  observed(): Observed;
  /** Forgets values, not names: some of them may have been of somebody who was erased. Those of others come again. */
  forget(): void;
  /** Plain data, as `createObserving` takes it again. */
  save(): unknown;
}

export interface SeenPath {
  readonly path: string;
  column?: Column;
  trait?: Column;
}

/** Values are counted one by one up to so many of a column, and then of every so manyth: what is frequent shows all the same. */
const counted = { all: 500, each: 8 } as const;

/** A look is enough here: every text of every event is looked at. */
const likeInstant = /^\d{4}-\d\d-\d\d(T\d\d:\d\d.*)?$/;
const isDigit = (code: number) => code >= 48 && code <= 57;

type Type = ObservedColumn['type'];
interface Column { readonly types: Record<Type, number>; readonly values: Counts; seen: number }
type Counts = Map<string, number>;

export function createObserving(saved?: unknown): Observing {
  const from = saved as { events: [string, number][]; columns: SavedColumn[]; traits: SavedColumn[] } | undefined;
  const events: Counts = new Map(from?.events);
  const columns = new Map(from?.columns.map(restored)), traits = new Map(from?.traits.map(restored));
  return {
    see({ name }) {
      count(events, name.length > observedLimits.length ? name.slice(0, observedLimits.length) : name, observedLimits.events);
    },
    note(seen, value, { kind }) {
      const { path } = seen;
      if (kind === 'identify' && path.startsWith('traits.')) add((seen.trait ??= columnIn(traits, path.slice(7), observedLimits.traits)), value);
      add((seen.column ??= columnIn(columns, path, observedLimits.columns)), value);
    },
    forget() {
      for (const { values } of [...columns.values(), ...traits.values()]) values.clear();
    },
    observed: () => ({ events: frequent(events), columns: [...columns].map(described), traits: [...traits].map(described) }),
    save: () => ({ events: [...events], columns: [...columns].map(kept), traits: [...traits].map(kept) }),
  };
}

function columnIn(columns: Map<string, Column>, name: string, limit: number): Column | undefined {
  let column = columns.get(name);
  if (!column && columns.size < limit) columns.set(name, (column = { types: { number: 0, text: 0, flag: 0, time: 0 }, values: new Map(), seen: 0 }));
  return column;
}

function add(column: Column | undefined, value: Scalar): void {
  if (!column) return;
  const { types } = column;
  column.seen++;
  if (typeof value === 'number') types.number++;
  else if (typeof value === 'boolean') types.flag++;
  else {
    if (isDigit(value.charCodeAt(0)) && likeInstant.test(value)) types.time++;
    else types.text++;
    if (value.length <= observedLimits.length && (column.seen <= counted.all || column.seen % counted.each === 0)) count(column.values, value, observedLimits.values);
  }
}

/** Space saving (Metwally 2005): where there is no room, the rarest makes way and hands its count on, so that what is frequent stays. */
function count(counts: Counts, value: string, limit: number): void {
  const known = counts.get(value);
  if (known !== undefined) return void counts.set(value, known + 1);
  if (counts.size < limit) return void counts.set(value, 1);
  let rarest = '', least = Infinity;
  for (const [each, n] of counts) if (n < least) [rarest, least] = [each, n];
  counts.delete(rarest);
  counts.set(value, least + 1);
}

const frequent = (counts: Counts): string[] => [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([value]) => value);

/** Of whatever nearly all of its values are; text takes everything. */
function described([column, { types, values }]: [string, Column]): ObservedColumn {
  const all = types.number + types.text + types.flag + types.time;
  const main = (Object.keys(types) as Type[]).find((type) => types[type] >= 0.9 * all);
  return { column, type: main ?? 'text', values: frequent(values) };
}

type SavedColumn = [string, Column['types'], [string, number][]];
const kept = ([name, { types, values }]: [string, Column]): SavedColumn => [name, types, [...values]];
const restored = ([name, types, values]: SavedColumn): [string, Column] => [name, { types: { ...types }, values: new Map(values), seen: types.number + types.text + types.flag + types.time }];
