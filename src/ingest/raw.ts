import type { AuditFinding } from '../domain/source.js';
import type { Format } from './format.js';

/** A column as it lies in the raw table. */
export interface RawColumn {
  readonly name: string;
  /** Engine type: VARCHAR, DOUBLE, BIGINT or TIMESTAMP. */
  readonly type: string;
  readonly format: Format;
  /** Values of the sample, as written. */
  readonly sample: readonly string[];
}

/** A file read into the engine as the table `table`, before any cleaning. */
export interface RawTable {
  readonly name: string;
  readonly path: string;
  /** "CSV, semicolon, gzipped", for people. */
  readonly format: string;
  readonly table: string;
  readonly columns: readonly RawColumn[];
  /** Records the reader itself refused (ragged rows); they lie in `refusedTable` with `line`, `reason`, `content`. */
  readonly refused: number;
  readonly findings: readonly AuditFinding[];
  /** Set where columns of another table were added. */
  readonly widened?: Widened;
  /** False where the column names were invented. */
  readonly named: boolean;
}

/** How a table was made wider with columns of another one that its rows point to. */
export interface Widened {
  /** Queries that make it from the raw tables, in order. */
  readonly steps: readonly { readonly name: string; readonly sql: string }[];
  readonly parent: string;
  /** The other table has nothing left to say by itself. */
  readonly absorbs: boolean;
}

/** Holds `source`, `row` (record number from 1), `before` (good rows before it), `reason`, `content`. */
export const refusedTable = 'shoal_refused';

/** DuckDB reads *, ? and [ in a path as a pattern. */
export const globless = (path: string): string => path.replace(/[*?[]/g, (c) => `[${c}]`);
