// The hierarchy of HDBSCAN*: single linkage, condensed to splits between groups of at least a minimum size, and the choice of segments in it
// (Campello, Moulavi & Sander 2013; Campello et al. 2015 for GLOSH). Density is 1/distance; distances are kept, because 1/0 is not a number for JSON.
import type { SpanningTree } from './spanning-tree.js';
import { UnionFind } from './union-find.js';

/** Groups in order of birth: 0 is everything, a child always comes after its parent. */
export interface CondensedTree {
  readonly groups: number;
  /** −1 for group 0. */
  readonly parent: Int32Array;
  /** Distance at which each group splits off its parent; Infinity for group 0. */
  readonly birth: Float64Array;
  readonly size: Int32Array;
  /** Smallest group each row belongs to, and the distance below which it leaves that too. */
  readonly group: Int32Array;
  readonly departure: Float64Array;
}

export interface Selection {
  readonly method: 'eom' | 'leaf';
  /** Splits below this distance are undone. */
  readonly epsilon: number;
  /** Whether everything may be one segment. */
  readonly allowSingle: boolean;
}

/** Condenses the single-linkage tree of `n` rows: a split counts where both sides hold at least `minimum` rows, else the few fall out. */
export function condense(n: number, edges: SpanningTree, minimum: number): CondensedTree {
  const { left, right, distance, size } = singleLinkage(n, edges);
  const sizeOf = (node: number) => (node < n ? 1 : size[node - n]);
  const parent = [-1];
  const birth = [Infinity];
  const sizes = [n];
  const last = Math.max(0, 2 * n - 2);
  /** Per node: its group, and where its rows have left that group already, the distance (else NaN). */
  const groupOf = new Int32Array(last + 1);
  const leftAt = new Float64Array(last + 1).fill(NaN);
  for (let node = last; node >= n; node--) {
    const children = [left[node - n], right[node - n]];
    const at = distance[node - n];
    const large = children.filter((child) => sizeOf(child) >= minimum).length;
    for (const child of children) {
      groupOf[child] = groupOf[node];
      if (!Number.isNaN(leftAt[node])) leftAt[child] = leftAt[node];
      // Identical rows are one point, however many: splitting them would be arbitrary.
      else if (at === 0 || sizeOf(child) < minimum) leftAt[child] = at;
      else if (large === 2) {
        groupOf[child] = parent.push(groupOf[node]) - 1;
        birth.push(at);
        sizes.push(sizeOf(child));
      }
    }
  }
  return {
    groups: parent.length, parent: Int32Array.from(parent), birth: Float64Array.from(birth), size: Int32Array.from(sizes),
    group: groupOf.slice(0, n), departure: n === 1 ? new Float64Array(1) : leftAt.slice(0, n),
  };
}

/** Whether each group is a segment. No two of them overlap. */
export function selectGroups(tree: CondensedTree, { method, epsilon, allowSingle }: Selection): boolean[] {
  const chosen = method === 'eom' ? mostExcessMass(tree, allowSingle) : leaves(tree, allowSingle);
  return epsilon > 0 ? mergeBelow(tree, chosen, epsilon, allowSingle) : chosen;
}

/** Number of the segment of each row (segments in order of birth), −1 for outliers. */
export function labelRows(tree: CondensedTree, chosen: readonly boolean[], epsilon: number): { labels: Int32Array; segments: number[] } {
  const segments = chosen.flatMap((is, g) => (is ? [g] : []));
  const segmentOf = new Int32Array(tree.groups);
  for (let g = 0, s = 0; g < tree.groups; g++) segmentOf[g] = chosen[g] ? s++ : g === 0 ? -1 : segmentOf[tree.parent[g]];
  const labels = Int32Array.from(tree.group, (g) => segmentOf[g]);
  if (chosen[0]) {
    // Everything is one segment: its outliers are the rows that left it before its densest moment (or before `epsilon`).
    let limit = epsilon > 0 ? epsilon : Infinity;
    if (epsilon === 0) {
      for (let i = 0; i < labels.length; i++) if (tree.group[i] === 0) limit = Math.min(limit, tree.departure[i]);
      for (let g = 1; g < tree.groups; g++) if (tree.parent[g] === 0) limit = Math.min(limit, tree.birth[g]);
    }
    for (let i = 0; i < labels.length; i++) if (tree.departure[i] > limit) labels[i] = -1;
  }
  return { labels, segments };
}

/** Smallest distance above 0 at which a row or group leaves each group: its densest moment. 1 where there is none. */
export function densest(tree: CondensedTree): Float64Array {
  const least = new Float64Array(tree.groups).fill(Infinity);
  for (let i = 0; i < tree.group.length; i++) if (tree.departure[i] > 0) least[tree.group[i]] = Math.min(least[tree.group[i]], tree.departure[i]);
  for (let g = 1; g < tree.groups; g++) least[tree.parent[g]] = Math.min(least[tree.parent[g]], tree.birth[g]);
  return least.map((distance) => (distance === Infinity ? 1 : distance));
}

/** GLOSH: 1 − (density at which a row left its group) / (densest moment of that group or one inside it); 0 deep inside, towards 1 far outside. */
export function outlierScores(tree: CondensedTree): Float64Array {
  const least = densest(tree);
  for (let g = tree.groups - 1; g > 0; g--) least[tree.parent[g]] = Math.min(least[tree.parent[g]], least[g]);
  return Float64Array.from(tree.departure, (distance, i) => (distance === 0 ? 0 : Math.max(0, 1 - least[tree.group[i]] / distance)));
}

function mostExcessMass(tree: CondensedTree, allowSingle: boolean): boolean[] {
  const { groups, parent } = tree;
  const own = stabilities(tree);
  const below = new Float64Array(groups);
  const chosen = Array<boolean>(groups).fill(false);
  const root = allowSingle ? 0 : 1;
  for (let g = groups - 1; g >= root; g--) {
    chosen[g] = own[g] >= below[g];
    if (g > 0) below[parent[g]] += Math.max(own[g], below[g]);
  }
  return topmost(tree, chosen);
}

function leaves({ groups, parent }: CondensedTree, allowSingle: boolean): boolean[] {
  const chosen = Array<boolean>(groups).fill(true);
  for (let g = 1; g < groups; g++) chosen[parent[g]] = false;
  if (groups === 1) chosen[0] = allowSingle;
  return chosen;
}

/** Replaces segments born below a distance by the nearest group around them that was born above it (Malzer & Baum 2020). */
function mergeBelow(tree: CondensedTree, chosen: readonly boolean[], epsilon: number, allowSingle: boolean): boolean[] {
  const { parent, birth } = tree;
  const merged = Array<boolean>(tree.groups).fill(false);
  chosen.forEach((is, g) => {
    if (!is) return;
    let at = g;
    while (at > 0 && birth[at] < epsilon) {
      if (parent[at] === 0 && !allowSingle) break;
      at = parent[at];
    }
    merged[at] = true;
  });
  return topmost(tree, merged);
}

/** Keeps of every branch only the group nearest to the root. */
function topmost({ groups, parent }: CondensedTree, chosen: readonly boolean[]): boolean[] {
  const covered = new Uint8Array(groups);
  return chosen.map((is, g) => {
    const above = g > 0 && covered[parent[g]] === 1;
    covered[g] = above || is ? 1 : 0;
    return is && !above;
  });
}

/** Excess of mass: for every row or child that leaves a group, the density gained since the group was born. */
function stabilities({ groups, parent, birth, size, group, departure }: CondensedTree): Float64Array {
  let floor = Infinity;
  for (const distance of departure) if (distance > 0 && distance < floor) floor = distance;
  for (const distance of birth) if (distance > 0 && distance < floor) floor = distance;
  // Identical rows are infinitely dense. Counting them as twice as dense as the closest different ones keeps sums comparable, and still tells places apart
  // that hold nothing but identical rows.
  const density = (distance: number) => 1 / Math.max(distance, floor / 2);
  const sums = new Float64Array(groups);
  for (let i = 0; i < group.length; i++) sums[group[i]] += density(departure[i]) - density(birth[group[i]]);
  for (let g = 1; g < groups; g++) sums[parent[g]] += (density(birth[g]) - density(birth[parent[g]])) * size[g];
  return sums;
}

/** Merges in ascending order of distance; node `n + m` is merge m, nodes below n are rows. */
function singleLinkage(n: number, { a, b, weight }: SpanningTree): { left: Int32Array; right: Int32Array; distance: Float64Array; size: Int32Array } {
  const merges = weight.length;
  const order = Int32Array.from(weight, (_, e) => e).sort((e, f) => weight[e] - weight[f] || e - f);
  const sets = new UnionFind(n);
  const nodeOf = Int32Array.from({ length: n }, (_, i) => i);
  const left = new Int32Array(merges);
  const right = new Int32Array(merges);
  const distance = new Float64Array(merges);
  const size = new Int32Array(merges);
  for (let m = 0; m < merges; m++) {
    const e = order[m];
    const x = sets.find(a[e]);
    const y = sets.find(b[e]);
    left[m] = nodeOf[x];
    right[m] = nodeOf[y];
    distance[m] = weight[e];
    sets.union(x, y);
    nodeOf[sets.find(x)] = n + m;
    size[m] = sets.size(x);
  }
  return { left, right, distance, size };
}
