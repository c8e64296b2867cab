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
  const { strata } = sampled(held);
  const own = strata.findIndex(({ segment }) => segment >= 0 && segment === held.segment[row]);
  return held.features.map(({ name }, j) => {
    const value = values[j];
    if (Number.isNaN(value)) return { percentile: null, percentileInSegment: null };
    const { different, upTo, column, known } = orderOf(held, name);
    const place = firstOf(different, column, value);
    const [below, through] = [upTo[place], column[different[place]] === value ? upTo[place + 1] : upTo[place]];
    const all = upTo[different.length];
    return { percentile: all > 0 ? (below + through) / 2 / all : null, percentileInSegment: own >= 0 && known[own] > 0 ? among(column, strata[own].from, known[own], value) : null };
  });
}

/** The share of `known` ascending values from `from` that are below one, those equal to it counting half. */
function among(column: Float64Array, from: number, known: number, value: number): number {
  const first = firstFrom(column, from, from + known, value);
  const beyond = first < from + known && column[first] === value ? firstBeyond(column, first, from + known, value) : first;
  return ((first + beyond) / 2 - from) / known;
}

/** A feature of those looked at: stratum by stratum, and all together. */
interface Order {
  /** Ascending within each stratum, the unknown last; and how many are known in each. */
  readonly column: Float64Array;
  readonly known: readonly number[];
  /** Where in the column each different known value is, ascending, and how many rows stand below it (and in the end, in all). */
  readonly different: Int32Array;
  readonly upTo: Float32Array;
}

/** How a feature of those looked at is ordered; kept. */
export function orderOf(held: Held, name: string): Order {
  return held.cache.get(`sample ${name}`, () => {
    const { rows, strata } = sampled(held);
    const column = held.file.gather(featureColumn(name), rows);
    // Sorting puts NaN last.
    for (const { from, to } of strata) column.subarray(from, to).sort();
    const known = strata.map(({ from, to }) => knownIn(column, from, to));
    return { column, known, ...merged(column, strata, known) };
  }, ({ column, different, upTo }) => column.byteLength + different.byteLength + upTo.byteLength);
}

/** All strata as one ascending list, each value once. */
function merged(column: Float64Array, strata: Sampled['strata'], known: readonly number[]): Pick<Order, 'different' | 'upTo'> {
  const at = strata.map(({ from }) => from), end = strata.map(({ from }, s) => from + known[s]);
  const different: number[] = [], upTo = [0];
  for (let sofar = 0; ;) {
    let first = -1;
    for (let s = 0; s < at.length; s++) if (at[s] < end[s] && !(column[at[s]] >= column[first])) first = at[s];
    if (first < 0) return { different: Int32Array.from(different), upTo: Float32Array.from(upTo) };
    for (let s = 0; s < at.length; s++) for (; at[s] < end[s] && column[at[s]] === column[first]; at[s]++) sofar += strata[s].weight;
    different.push(first);
    upTo.push(sofar);
  }
}

/** How many of [from, to) are known; the unknown stand last. */
function knownIn(column: Float64Array, from: number, to: number): number {
  let end = to;
  while (end > from && Number.isNaN(column[end - 1])) end--;
  return end - from;
}

// Three loops rather than one that is told what to look for: a call per step costs three times the work.

/** The first of some places of a column, which ascend, whose value is not below this one; their number where there is none. */
function firstOf(places: Int32Array, column: Float64Array, value: number): number {
  let low = 0, high = places.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (column[places[middle]] >= value) high = middle;
    else low = middle + 1;
  }
  return low;
}

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
