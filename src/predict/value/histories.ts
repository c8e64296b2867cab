import { ShoalError } from '../../errors.js';

/**
 * What purchase models are fitted to: per entity how often, until when and for how long it has been seen. Times are in one unit of the caller's choice (weeks, days), for
 * discrete models in opportunities. Purchases on one day are one purchase.
 */
export interface Histories {
  readonly rows: number;
  /** x: purchases after the first one; whole numbers. */
  readonly repeats: Float64Array;
  /** t_x: time from the first purchase to the last one, not the time since the last one; 0 where there is only one. */
  readonly last: Float64Array;
  /** T: time from the first purchase to the end of what was observed. */
  readonly age: Float64Array;
  /** Entities that each row stands for; 1 where absent. */
  readonly weights?: Float64Array;
}

/** Histories with no two alike. */
export interface DistinctHistories extends Histories {
  readonly weights: Float64Array;
  /** Entities that they stand for. */
  readonly entities: number;
}

/** @throws `predict/bad-history` for one that cannot be */
export function requireHistories({ rows, repeats, last, age, weights }: Histories): void {
  for (let i = 0; i < rows; i++) {
    const [x, tx, t, weight] = [repeats[i], last[i], age[i], weights?.[i] ?? 1];
    const problem =
      !Number.isInteger(x) || x < 0 ? `has ${x} repeat purchases, which is no count`
      : !(tx >= 0) || !(t < Infinity) || !(tx <= t) ? `has its last purchase at ${tx} in a time of ${t}`
      : (x === 0) !== (tx === 0) ? `has ${x} repeat purchases, and its last purchase is ${tx} after its first`
      : !(weight > 0) || weight === Infinity ? `counts ${weight} times`
      : undefined;
    if (problem) throw new ShoalError('predict/bad-history', { row: i + 1, problem });
  }
}

/** Equal histories as one row each, in the order of their first ones; `of` says which row each one became. O(n). */
export function distinctHistories({ rows, repeats, last, age, weights }: Histories): DistinctHistories & { readonly of: Int32Array } {
  const bits = [repeats, last, age].map((column) => new Uint32Array(column.buffer, column.byteOffset, 2 * rows));
  const size = 2 ** Math.ceil(Math.log2(Math.max(16, 2 * rows)));
  const slots = new Int32Array(size).fill(-1);
  const firsts = new Int32Array(rows);
  const of = new Int32Array(rows);
  const counts = new Float64Array(rows);
  let found = 0;
  let entities = 0;
  for (let i = 0; i < rows; i++) {
    let hash = 0;
    for (const words of bits) hash = Math.imul(hash ^ words[2 * i] ^ Math.imul(words[2 * i + 1], 0x9e3779b1), 0x85ebca6b) ^ (hash >>> 13);
    let slot = (hash ^ (hash >>> 16)) & (size - 1);
    let row = slots[slot];
    while (row >= 0 && (repeats[firsts[row]] !== repeats[i] || last[firsts[row]] !== last[i] || age[firsts[row]] !== age[i])) {
      slot = (slot + 1) & (size - 1);
      row = slots[slot];
    }
    if (row < 0) {
      row = slots[slot] = found++;
      firsts[row] = i;
    }
    of[i] = row;
    const weight = weights?.[i] ?? 1;
    counts[row] += weight;
    entities += weight;
  }
  const at = (column: Float64Array) => {
    const picked = new Float64Array(found);
    for (let row = 0; row < found; row++) picked[row] = column[firsts[row]];
    return picked;
  };
  return { rows: found, repeats: at(repeats), last: at(last), age: at(age), weights: counts.slice(0, found), entities, of };
}

/** Per count of repeats k: how many entities have more than k. */
export function moreThan({ rows, repeats, weights }: DistinctHistories): Float64Array {
  let most = 0;
  for (let i = 0; i < rows; i++) most = Math.max(most, repeats[i]);
  const above = new Float64Array(most);
  for (let i = 0; i < rows; i++) if (repeats[i] > 0) above[repeats[i] - 1] += weights[i];
  for (let k = most - 2; k >= 0; k--) above[k] += above[k + 1];
  return above;
}

/** The different values of a column, and per row which one it is. */
export function indexed(column: Float64Array): { readonly values: Float64Array; readonly of: Int32Array } {
  const ids = new Map<number, number>();
  const of = new Int32Array(column.length);
  for (let i = 0; i < column.length; i++) {
    let id = ids.get(column[i]);
    if (id === undefined) ids.set(column[i], (id = ids.size));
    of[i] = id;
  }
  return { values: Float64Array.from(ids.keys()), of };
}
