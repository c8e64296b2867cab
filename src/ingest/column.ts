import type { ColumnType } from '../domain/source.js';
import type { Format } from './format.js';
import type { RawTable } from './raw.js';

/** A column of a raw table with all that one pass over its values found. */
export interface Column {
  readonly name: string;
  readonly index: number;
  /** Engine type in the raw table. */
  readonly rawType: string;
  readonly format: Format;
  readonly type: ColumnType;
  /** SQL of the cleaned value over the raw table (alias `r`): typed, missing codes and blanks as NULL. */
  readonly value: string;
  /** SQL of the value as text, missing codes and blanks as NULL. */
  readonly text: string;
  /** Rows with a value that is not a missing code; unreadable ones count. */
  readonly filled: number;
  readonly missing: number;
  /** Exact, or about so many where `exact` is false: values of a large table that hardly repeat. */
  readonly distinct: number;
  readonly exact: boolean;
  readonly min?: number | string;
  readonly max?: number | string;
  readonly negatives: number;
  readonly zeros: number;
  /** Every number is whole. */
  readonly whole: boolean;
  /** Filled in but not readable as the column's type. */
  readonly unreadable: number;
  /** Mean length of the text, in characters. */
  readonly length: number;
  /** Rows whose value looks like a test ('Test User'), where the profile counted them. */
  readonly tests?: number;
  /** Missing codes and how often each was seen. */
  readonly codes: readonly { readonly code: string; readonly rows: number }[];
  readonly examples: readonly string[];
  readonly sample: readonly string[];
}

/** A raw table, profiled. */
export interface Profiled {
  readonly name: string;
  /** Engine table with its rows. */
  readonly table: string;
  readonly rows: number;
  /** Rows in which every column is empty. */
  readonly blank: number;
  readonly columns: readonly Column[];
}

export interface Loaded {
  readonly raw: RawTable;
  readonly profiled: Profiled;
}

/** Same filled value never comes twice. */
export const isUnique = (column: Column): boolean => column.filled > 1 && column.distinct >= column.filled;

/** Could name things: text codes or whole numbers, not measures or sentences. */
export function isIdLike(column: Column): boolean {
  if (column.type === 'integer') return column.negatives === 0;
  if (column.type === 'number') return column.whole && column.negatives === 0;
  return column.type === 'string' && column.length <= 40;
}

export const isNumeric = (column: Column): boolean => column.type === 'integer' || column.type === 'number';
