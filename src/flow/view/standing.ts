import { gatherInts } from '../../util/gather.js';
import { stratifiedSample } from '../../util/stratified-sample.js';
import type { Held } from './held.js';
import { featureColumn } from './keep.js';

/** Beyond this many rows a place among everyone is that among a sample of about so many; it is within half a percent then. */
const mostRows = 40_000;
const leastPerSegment = 1000;

/** Where a value stands: the share of known values below it, those equal to it counting half; null where there is none. */
export interface Standing {
  readonly percentile: number | null;
  readonly percentileInSegment: number | null;
}

/** Where one row's values stand, feature by feature, among everyone and among its segment (outliers: among everyone alone). */
export function standings(held: Held, row: number, values: readonly number[]): Standing[] {
  const { rows, strata } = sampled(held);
  const own = held.segment[row];
  return held.features.map(({ name }, j) => {
    const value = values[j];
    if (Number.isNaN(value)) return { percentile: null, percentileInSegment: null };
    // Ascending within each stratum, the unknown last: sorting puts NaN there.
    const { column, known: knownOf } = held.cache.get(`sample ${name}`, () => {
      const gathered = held.file.gather(featureColumn(name), rows);
      for (const { from, to } of strata) gathered.subarray(from, to).sort();
      return { column: gathered, known: strata.map(({ from, to }) => knownIn(gathered, from, to)) };
    }, (made) => made.column.byteLength);
    let all = 0, allBelow = 0;
    let percentileInSegment: number | null = null;
    for (let s = 0; s < strata.length; s++) {
      const { segment, from, weight } = strata[s];
      const known = knownOf[s];
      const first = firstFrom(column, from, from + known, value);
      const below = first - from;
      const equal = first < from + known && column[first] === value ? firstBeyond(column, first, from + known, value) - first : 0;
      all += weight * known;
      allBelow += weight * (below + equal / 2);
      if (segment === own && own >= 0 && known > 0) percentileInSegment = (below + equal / 2) / known;
    }
    return { percentile: all > 0 ? allBelow / all : null, percentileInSegment };
  });
}

/** How many of [from, to) are known; the unknown stand last. */
function knownIn(column: Float64Array, from: number, to: number): number {
  let end = to;
  while (end > from && Number.isNaN(column[end - 1])) end--;
  return end - from;
}

// Two loops rather than one that is told what to look for: they run ten thousand times for an entity, and a call per step costs three times the work.

/** The first position of [from, to), which ascends, that is not below the value; `to` where there is none. */
function firstFrom(column: Float64Array, from: number, to: number, value: number): number {
  let low = from, high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (column[middle] >= value) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The first position of [from, to), which ascends, that is above the value; `to` where there is none. */
function firstBeyond(column: Float64Array, from: number, to: number, value: number): number {
  let low = from, high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (column[middle] > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Rows looked at, those of one segment together, and how many rows each of them stands for. */
interface Sampled {
  readonly rows: Int32Array;
  readonly strata: readonly { readonly segment: number; readonly from: number; readonly to: number; readonly weight: number }[];
}

function sampled(held: Held): Sampled {
  return held.cache.get('sample', () => {
    const { segment, k } = held;
    const { rows, weights } = stratifiedSample(Int32Array.from(segment), k, mostRows, leastPerSegment, held.rng('view/sample'));
    const order = Int32Array.from(rows.keys()).sort((a, b) => segment[rows[a]] - segment[rows[b]] || a - b);
    const strata: { segment: number; from: number; to: number; weight: number }[] = [];
    order.forEach((at, i) => {
      const last = strata[strata.length - 1];
      if (last?.segment === segment[rows[at]]) last.to = i + 1;
      else strata.push({ segment: segment[rows[at]], from: i, to: i + 1, weight: weights[at] });
    });
    return { rows: gatherInts(rows, order), strata };
  }, ({ rows }) => rows.byteLength);
}
