import type { Engine } from '../../engine/engine.js';
import type { Vocabulary } from './vocabulary.js';

/**
 * Where the tables of a run are, each as what can stand after FROM: a quoted table, or `read_parquet('…')`. `entity` is the same text or number in all of them.
 */
export interface Relations {
  /** `entity`, then a column per feature (NULL = missing): everyone once. */
  readonly features: string;
  /** `entity`, `segment` (position in the run, −1 = outlier), `strength` (to at least four digits). */
  readonly membership: string;
  /** `entity`, `x`, `y`: everyone once. Absent where the run has no map. */
  readonly map?: string;
  /**
   * By name of the source: `entity`, `"row"` (INTEGER: the row of that entity; rows of nobody in the run are left out or NULL), `at` where the source has times,
   * and the other columns of `Source.table`. Scanned twice, the rows come in the same order (a table, or one Parquet file); quickest where that is by row and time.
   */
  readonly sources: Readonly<Record<string, string>>;
}

/** A finished run as rules see it: one snapshot. Rows are everyone, from 0, in the order of the features. */
export interface Ground {
  readonly rows: number;
  /** Ms since the epoch: what rules call now. */
  readonly asOf: number;
  readonly vocabulary: Vocabulary;
  /** Reads the sources; nothing is ever written with it but types and tables of its own temporary schema. */
  readonly engine: Engine;
  readonly relations: Relations;
  /** The same as they stand in SQL that people read: files by their names, not by their places. `relations` by default. */
  readonly printed?: Relations;
  /** Raw values, one per row, NaN = missing. */
  feature(name: string): Promise<Float64Array>;
  /** Segment (position in the run, −1 = outlier) and strength of everyone. */
  membership(): Promise<{ readonly segment: ArrayLike<number>; readonly strength: Float32Array }>;
  /** Coordinates of everyone; undefined where the run has no map. */
  map(): Promise<{ readonly x: ArrayLike<number>; readonly y: ArrayLike<number> } | undefined>;
  /** What everyone is worth (a feature such as the spend), for shares of revenue. */
  readonly value?: string;
}
