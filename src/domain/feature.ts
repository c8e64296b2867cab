export type FeatureKind = 'number' | 'count' | 'share' | 'flag' | 'money' | 'days' | 'hour' | 'index';

/** What is measured about an entity: `aggregate(source, where, window)` or an attribute of its own row. */
export interface Feature {
  /** Unique, snake_case, safe as a SQL identifier and a JSON key. */
  readonly name: string;
  /** For a person, sentence case: "Days since last order". */
  readonly title: string;
  readonly kind: FeatureKind;
  /** Unit in words where the kind does not say it ("orders", "items"). */
  readonly unit?: string;
  /** Features of one family say related things and share one vote ('recency', 'frequency', 'spend', 'hours', …). */
  readonly family: string;
  readonly source: string;
  /** How high and low values read inside a name and a sentence: { high: 'late-night', low: 'daytime' }. */
  readonly words: { readonly high: string; readonly low: string };
  /** Behaviour may define segments; labels, protected attributes and plain duplicates only describe them. */
  readonly role: 'behaviour' | 'attribute' | 'label' | 'sensitive' | 'profile';
  /** Can a business change it? Decides what "what would move it" may suggest. */
  readonly movable: boolean;
  /** Value standing for "nothing happened" (0 orders): used where the aggregate has no rows. NaN = unknown. */
  readonly empty: number;
}

/** Raw feature values: one Float64Array per feature (NaN = missing), rows in the engine's order of `entity`. */
export interface FeatureTable {
  readonly rows: number;
  /** The instant the features are computed at, ms since epoch. */
  readonly asOf: number;
  readonly entities: readonly string[];
  readonly features: readonly Feature[];
  readonly columns: readonly Float64Array[];
  /** Engine table that holds the same values (`entity`, then one column per feature), in the same row order. */
  readonly table: string;
  /** The one WITH query that made it, for reading and for `assign.sql`. */
  readonly sql: string;
}
