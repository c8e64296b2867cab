import type { Colours } from '../../domain/answer.js';
import type { Feature } from '../../domain/feature.js';
import { formatValue } from '../../util/format-value.js';
import { cleanText } from '../../util/words.js';
import { columnOf, type Held, positionOf } from './held.js';

/** The bin of those whose value is missing. */
const missing = 255;

/** A feature as a byte for everyone: bins of about as many each, as far as values differ. @throws `explain/unknown-feature` */
export function colours(held: Held, name: string, most = 8): Colours {
  const feature = held.features[positionOf(held, name)];
  const column = columnOf(held, name);
  const known = knownOf(column).sort();
  const starts = binStarts(known, Math.min(32, Math.max(2, Math.trunc(most) || 8)));
  const lows = Float64Array.from(starts, (at) => known[at]);
  const bins = new Uint8Array(column.length);
  for (let row = 0; row < column.length; row++) {
    let bin = lows.length - 1;
    while (bin >= 0 && column[row] < lows[bin]) bin--;
    bins[row] = column[row] === column[row] ? bin : missing;
  }
  const ends = starts.map((_, b) => starts[b + 1] ?? known.length);
  return {
    feature: name, title: cleanText(feature.title), bins,
    edges: known.length > 0 ? [...lows, known[known.length - 1]] : [],
    legend: starts.map((start, b) => between(known[start], known[ends[b] - 1], feature, held.report.currency)),
    counts: starts.map((start, b) => ends[b] - start),
    missing: column.length - known.length,
  };
}

function knownOf(column: Float64Array): Float64Array {
  const known = new Float64Array(column.length);
  let count = 0;
  for (const value of column) if (value === value) known[count++] = value;
  return known.subarray(0, count);
}

/** Where each bin begins in the sorted values: every bin takes its share of what is left, and all that equal its last. */
function binStarts(sorted: Float64Array, most: number): number[] {
  const starts: number[] = [];
  for (let at = 0; at < sorted.length;) {
    starts.push(at);
    const left = most - starts.length + 1;
    at = left === 1 ? sorted.length : at + Math.ceil((sorted.length - at) / left);
    while (at < sorted.length && sorted[at] === sorted[at - 1]) at++;
  }
  return starts;
}

function between(low: number, high: number, feature: Feature, currency?: string): string {
  const [from, to] = [formatValue(low, { ...feature, unit: undefined }, currency), formatValue(high, feature, currency)];
  return low === high || from === to ? to : `${from} to ${to}`;
}
