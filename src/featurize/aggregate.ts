import type { Dialect } from '../engine/dialect.js';
import type { Prior } from './prior.js';

/** One thing that happened to an entity, as every aggregate sees it. */
export interface Row {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** An exact integer: the amount in units of 1/scale (see Options). Sums stay exact below 2⁵³. */
  readonly value?: number;
  /** What it was about: a product, a category, an event type. */
  readonly key?: string;
  /** Whether the predicate of a share holds for this row. */
  readonly holds?: boolean;
}

/** What an aggregate is told besides its rows. */
export interface Options {
  /** The instant it is computed at, ms; no row is later. */
  readonly asOf: number;
  /** Units of `value` per one: 10 000 for money kept in 1/10 000, 1 for counts. */
  readonly scale: number;
  /** A span, ms ('change', 'sequence'). */
  readonly length?: number;
  /** The key that is asked about ('share of key', and A of 'sequence'). */
  readonly chosen?: string;
  /** B of 'sequence'. */
  readonly then?: string;
  /** Shares: everyone's share, that few rows are drawn towards (see `prior.ts`). */
  readonly prior?: Prior;
}

/** SQL expressions over the columns of one step, plus the options. */
export interface Args extends Options {
  readonly at: string;
  readonly value: string;
  readonly key: string;
  /** Shape 'keys': rows per key. */
  readonly n: string;
  readonly holds: string;
  /** Restricts the rows; shape 'rows' only (the other shapes filter in the step before). */
  readonly where?: string;
  /** 'PARTITION BY …' of the entity, for the window expressions of shape 'ordered'. */
  readonly partition: string;
  /** Shape 'ordered': the time, then the value where there is one, so that all who look at neighbours share one sort. */
  readonly inOrder: string;
  /** Shape 'ordered': the window columns of `over`, by name. */
  readonly columns: Readonly<Record<string, string>>;
}

/**
 * A mergeable summary of an entity's rows with four faces: SQL, incremental state, words, an example.
 * Both executions use the same integers and the same IEEE operations, so they agree to the bit.
 *
 * `shape` says what the SQL reads: the rows themselves; one row per key with its count `n`; or the rows with window columns.
 */
export interface Aggregate<S = unknown> {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  readonly words: { readonly high: string; readonly low: string };
  readonly shape: 'rows' | 'keys' | 'ordered';
  /** A row that lacks one of these is skipped. */
  readonly needs: readonly ('value' | 'key')[];
  /** Window expressions that `sql` needs, by name (shape 'ordered'). */
  over?(dialect: Dialect, args: Args): Record<string, string>;
  /** An aggregate expression within GROUP BY entity. */
  sql(dialect: Dialect, args: Args): string;
  init(): S;
  /** Adds a row; mutates the state. Rows may come in any order. */
  add(state: S, row: Row): void;
  /** Takes back a row that was added (it left the window); mutates the state. */
  expire(state: S, row: Row): void;
  /** Adds another state of the same entity; mutates and returns `into`. */
  merge(into: S, from: S): S;
  /** NaN (or null for a text) where there is nothing to say. */
  value(state: S, options: Options): number | string | null;
  readonly example: { readonly rows: readonly Row[]; readonly options: Options; readonly value: number | string | null };
}

/** Types the state once and hides it, so that a catalogue can hold aggregates of any state. */
export function defineAggregate<S>(aggregate: Aggregate<S>): Aggregate {
  return aggregate as unknown as Aggregate;
}

/** Whether the aggregate looks at this row. */
export function takes(aggregate: Aggregate, row: Row): boolean {
  return aggregate.needs.every((need) => row[need] !== undefined);
}
