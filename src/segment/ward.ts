// Ward's dendrogram in rounds: every group that needs it looks for its nearest other group, then all pairs that are each other's nearest join at once.
// A union is never nearer to a third group than the nearer of its parts was (Ward's measure is reducible), so these are the joins of one join at a time
// (Benzécri 1982; in rounds: Yu et al., ParChain, PVLDB 15, 2021), and a group whose nearest is still there need not look again. O(m² d) time at worst,
// much less where boxes around near groups can be passed over; O(m d) memory.
import { breath, type Context } from '../context.js';
import type { Kernel, WardGroups } from '../kernel/kernel.js';
import { meanOf } from './batches.js';
import type { Join } from './dendrogram.js';
import { nearOrder } from './near-order.js';

/** Multiplications per call of the kernel, so that stopping is prompt. */
const workPerCall = 300_000_000;
/** Groups are laid out anew once this share of them is left. */
const sparse = 0.7;
/** Groups whose nearest has gone look again at once while they are at most so many per join; else only where somebody waits for them. */
const looksPerJoin = 4;

/** Groups by place. What is at a place without a group means nothing. */
interface Groups {
  readonly places: number;
  readonly kernelGroups: WardGroups;
  readonly weight: Float64Array;
  /** A leaf of each group. */
  readonly leaf: Int32Array;
  readonly there: Uint8Array;
  /** Place of the nearest other group, −1 where it must be looked for. */
  readonly nearest: Int32Array;
  /** Its distance (twice the inertia that joining adds). */
  readonly distance: Float64Array;
}

/**
 * Ward's joins of m weighted points (m × d, row-major), in an order in which parts come before unions; heights as in `Dendrogram`.
 * @throws `run/aborted`
 */
export async function wardJoins(values: Float64Array, d: number, weights: Float64Array, context: Context, kernel: Kernel): Promise<Join[]> {
  await breath(context);
  const { joins, leaves, weight } = joinEqual(values, d, weights);
  const { scaled, unit } = centred(values, d, leaves);
  let left = leaves.length;
  let groups = layOut(scaled, d, weight, leaves, nearOrder(scaled, d, leaves.map((_, i) => i)), kernel);
  let asked = placesWhere(groups, () => true);
  let work = 0;
  try {
    while (left > 1) {
      for (const some of inCalls(asked, groups.places * d)) {
        work += some.length * groups.places * d;
        if (work > workPerCall) {
          await breath(context);
          context.progress({ stage: 'segment', note: 'joining groups', done: 1 - left / leaves.length });
          work = 0;
        }
        look(groups, some);
      }
      const pairs = mutual(groups);
      for (const a of pairs) joins.push({ a: groups.leaf[a], b: groups.leaf[groups.nearest[a]], height: unit * Math.sqrt(groups.distance[a]) });
      left -= pairs.length;
      asked = toAsk(groups, unite(groups, pairs, d), looksPerJoin * pairs.length);
      if (left < sparse * groups.places) ({ groups, asked } = layOutAnew(groups, asked, d, kernel));
    }
  } finally {
    groups.kernelGroups.release();
  }
  return joins;
}

/** Equal points joined at height 0, and one leaf of each distinct point with the weight of all its equals. */
function joinEqual(values: Float64Array, d: number, weights: Float64Array): { joins: Join[]; leaves: Int32Array; weight: Float64Array } {
  const compare = (a: number, b: number) => {
    for (let j = 0; j < d; j++) if (values[a * d + j] !== values[b * d + j]) return values[a * d + j] - values[b * d + j];
    return 0;
  };
  const order = Int32Array.from(weights, (_, i) => i).sort((a, b) => compare(a, b) || a - b);
  const joins: Join[] = [];
  const weight = weights.slice();
  const leaves: number[] = [];
  let first = -1;
  for (const leaf of order) {
    if (first >= 0 && compare(first, leaf) === 0) {
      joins.push({ a: first, b: leaf, height: 0 });
      weight[first] += weights[leaf];
    } else leaves.push((first = leaf));
  }
  return { joins, leaves: Int32Array.from(leaves), weight: Float64Array.from(leaves, (leaf) => weight[leaf]) };
}

/**
 * The leaves' values relative to their means, where single precision tells most of them apart, and divided by a power of two of about the size of the greatest, so that no
 * square overflows or vanishes. Neither costs a digit that the heights have.
 */
function centred(values: Float64Array, d: number, leaves: Int32Array): { scaled: Float64Array; unit: number } {
  const own = Float64Array.from({ length: leaves.length * d }, (_, v) => values[leaves[Math.floor(v / d)] * d + (v % d)]);
  const origin = meanOf({ rows: leaves.length, d, stride: d, data: own });
  const moved = own.map((value, v) => value - origin[v % d]);
  const most = moved.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  const unit = most > 0 ? 2 ** Math.floor(Math.log2(most)) : 1;
  return { scaled: moved.map((value) => value / unit), unit };
}

/** Groups at places in the given order. */
function layOut(values: Float64Array, d: number, weights: Float64Array, leaves: Int32Array, order: Int32Array, kernel: Kernel): Groups {
  const places = order.length;
  const kernelGroups = kernel.wardGroups(places, d);
  order.forEach((from, place) => {
    kernelGroups.values.set(values.subarray(from * d, (from + 1) * d), place * d);
    kernelGroups.inverses[place] = 1 / weights[from];
  });
  return {
    places,
    kernelGroups,
    weight: Float64Array.from(order, (from) => weights[from]),
    leaf: order.map((from) => leaves[from]),
    there: new Uint8Array(places).fill(1),
    nearest: new Int32Array(places).fill(-1),
    distance: new Float64Array(places),
  };
}

/** Closes the gaps, and puts near groups together again. */
function layOutAnew(old: Groups, asked: Int32Array, d: number, kernel: Kernel): { groups: Groups; asked: Int32Array } {
  const order = nearOrder(old.kernelGroups.values, d, placesWhere(old, () => true));
  const groups = layOut(old.kernelGroups.values, d, old.weight, old.leaf, order, kernel);
  old.kernelGroups.release();
  const placeOf = new Int32Array(old.places);
  order.forEach((from, place) => { placeOf[from] = place; });
  order.forEach((from, place) => {
    groups.nearest[place] = old.nearest[from] < 0 ? -1 : placeOf[old.nearest[from]];
    groups.distance[place] = old.distance[from];
  });
  return { groups, asked: asked.map((place) => placeOf[place]).sort() };
}

function* inCalls(asked: Int32Array, work: number): Generator<Int32Array> {
  const step = Math.max(32, Math.floor(workPerCall / work));
  for (let start = 0; start < asked.length; start += step) yield asked.subarray(start, start + step);
}

/** Finds the nearest of each asked group. */
function look({ kernelGroups, nearest, distance }: Groups, asked: Int32Array): void {
  const found = kernelGroups.nearest(asked);
  asked.forEach((place, q) => {
    nearest[place] = found.neighbours[q];
    distance[place] = found.distances[q];
  });
}

/** The lower place of every pair that are each other's nearest. */
function mutual({ places, nearest, there }: Groups): number[] {
  const pairs: number[] = [];
  for (let a = 0; a < places; a++) if (there[a] && nearest[a] > a && nearest[nearest[a]] === a) pairs.push(a);
  return pairs;
}

/** Puts each union at its lower place; gives the places of all parts. */
function unite({ places, kernelGroups: { values, inverses }, weight, there, nearest }: Groups, pairs: readonly number[], d: number): Uint8Array {
  const joined = new Uint8Array(places);
  for (const a of pairs) {
    const b = nearest[a];
    const share = weight[b] / (weight[a] + weight[b]);
    for (let j = 0; j < d; j++) values[a * d + j] += (values[b * d + j] - values[a * d + j]) * share;
    values.fill(Infinity, b * d, (b + 1) * d);
    weight[a] += weight[b];
    inverses[a] = 1 / weight[a];
    there[b] = 0;
    joined[a] = joined[b] = 1;
  }
  return joined;
}

/** Who looks next: the unions, and those whose nearest has gone, all of them (up to `most`) or those who are somebody's nearest. */
function toAsk(groups: Groups, joined: Uint8Array, most: number): Int32Array {
  const { places, nearest, there } = groups;
  let lost = 0;
  for (let place = 0; place < places; place++) {
    if (nearest[place] >= 0 && (joined[place] || joined[nearest[place]])) nearest[place] = -1;
    if (there[place] && nearest[place] < 0) lost++;
  }
  if (lost > 0 && lost <= most) return placesWhere(groups, (place) => nearest[place] < 0);
  const awaited = new Uint8Array(places);
  for (let place = 0; place < places; place++) if (there[place] && nearest[place] >= 0) awaited[nearest[place]] = 1;
  const found = placesWhere(groups, (place) => nearest[place] < 0 && (joined[place] === 1 || awaited[place] === 1));
  // Equal distances can leave a ring of groups each waiting for the next; as equals go to the lowest place, there is none among groups that look at once.
  return found.length > 0 ? found : placesWhere(groups, () => true);
}

function placesWhere({ places, there }: Groups, wanted: (place: number) => boolean): Int32Array {
  const found: number[] = [];
  for (let place = 0; place < places; place++) if (there[place] && wanted(place)) found.push(place);
  return Int32Array.from(found);
}
