import type { Examples } from '../domain/examples.js';
import { type Ask, takeRows } from './ask.js';

export interface PartialDependence {
  readonly input: string;
  /** Values of the input, ascending; codes of a categorical one. */
  readonly values: Float64Array;
  /** Mean of what is said of all rows if they had that value. */
  readonly mean: Float64Array;
  /** What is said of single rows (individual conditional expectation): rows × values, the same rows for every input. Curves that cross mean that the input works together with others. */
  readonly curves: readonly Float64Array[];
}

/** Rows that are asked about, evenly taken, and of them those whose curve is kept. */
const most = 1000;
const kept = 50;

/**
 * Idea: Friedman 2001, Goldstein et al. 2015; what would be said on average if everybody had the value v of an input, for v at quantiles of what was observed (all
 * categories of a categorical one). Where inputs go together it asks about rows that do not exist. Cost: rows × values questions.
 */
export function partialDependence(ask: Ask, x: Examples, input: number, points = 20): PartialDependence {
  const step = Math.max(1, Math.ceil(x.rows / most));
  const rows = takeRows(x, Int32Array.from({ length: Math.ceil(x.rows / step) }, (_, i) => i * step));
  const values = valuesOf(x, input, points);
  const said = Array.from(values, (value) => ask({ ...rows, columns: rows.columns.map((column, j) => (j === input ? new Float64Array(rows.rows).fill(value) : column)) }));
  const shown = Math.min(kept, rows.rows);
  return {
    input: x.inputs[input].name,
    values,
    mean: Float64Array.from(said, (of) => of.reduce((sum, one) => sum + one, 0) / rows.rows),
    curves: Array.from({ length: shown }, (_, c) => Float64Array.from(said, (of) => of[Math.floor((c * rows.rows) / shown)])),
  };
}

/** Quantiles from the 1st to the 99th percentile, each once; few distinct values as they are. */
function valuesOf({ inputs, columns }: Examples, input: number, points: number): Float64Array {
  const { categories } = inputs[input];
  if (categories) return Float64Array.from(categories.keys());
  const sorted = columns[input].filter((value) => Number.isFinite(value)).sort();
  const distinct = new Set(sorted);
  if (distinct.size <= points) return Float64Array.from(distinct);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))];
  return Float64Array.from(new Set(Array.from({ length: points }, (_, p) => at(0.01 + (0.98 * p) / (points - 1)))));
}
