// How often rows are put together by many partitions, and what follows from it (evidence accumulation, Fred & Jain 2005; consensus clustering, Monti et
// al. 2003). The matrix of m rows takes 4 m² bytes.
import { breath, type Context } from '../context.js';
import { dendrogramOf, type Join, type Linkage } from './dendrogram.js';

/** Rows × rows: in which share of the partitions that have both they are together, 0–1. The diagonal is 1. */
export interface CoAssociation {
  readonly rows: number;
  readonly shares: Float32Array;
}

/** Counts how often each two rows are together. A label of −1 means that the row is not in that partition. */
export async function coAssociation(rows: number, partitions: readonly Int32Array[], context: Context): Promise<CoAssociation> {
  const together = new Float32Array(rows * rows);
  const complete = partitions.every((labels) => labels.every((label) => label >= 0));
  const both = complete ? undefined : new Float32Array(rows * rows);
  for (const [p, labels] of partitions.entries()) {
    if (p % 8 === 0) await breath(context);
    for (const group of groupsOf(labels)) addPairs(together, rows, group);
    if (both) addPairs(both, rows, present(labels));
  }
  for (let v = 0; v < together.length; v++) {
    const count = both ? both[v] : partitions.length;
    together[v] = count > 0 ? together[v] / count : 0;
  }
  for (let i = 0; i < rows; i++) together[i * rows + i] = 1;
  return { rows, shares: together };
}

function groupsOf(labels: Int32Array): number[][] {
  const groups: number[][] = [];
  labels.forEach((label, i) => { if (label >= 0) (groups[label] ??= []).push(i); });
  return groups.filter(Boolean);
}

function present(labels: Int32Array): number[] {
  return Array.from(labels.keys()).filter((i) => labels[i] >= 0);
}

function addPairs(counts: Float32Array, rows: number, members: readonly number[]): void {
  for (const i of members) for (const j of members) counts[i * rows + j]++;
}

/**
 * Average linkage on 1 − share, rows counted by `weights`, by the chain of nearest neighbours: O(m²) time. The matrix is used up.
 * @throws `run/aborted`
 */
export async function averageLinkage({ rows: m, shares }: CoAssociation, weights: Float64Array, context: Context): Promise<Linkage> {
  const sizes = weights.slice();
  const active = Array.from({ length: m }, (_, i) => i);
  const chain: number[] = [];
  const joins: Join[] = [];
  for (let step = 0; joins.length < m - 1; step++) {
    if (step % 2_000 === 0) await breath(context);
    if (chain.length === 0) chain.push(active[0]);
    const x = chain[chain.length - 1];
    const before = chain.length > 1 ? chain[chain.length - 2] : -1;
    let nearest = before;
    let most = before < 0 ? -1 : shares[x * m + before];
    for (const y of active) {
      if (y === x || !(shares[x * m + y] > most)) continue;
      most = shares[x * m + y];
      nearest = y;
    }
    if (nearest !== before) {
      chain.push(nearest);
      continue;
    }
    chain.length -= 2;
    joins.push({ a: x, b: nearest, height: 1 - most });
    const part = sizes[x] / (sizes[x] + sizes[nearest]);
    for (const z of active) {
      const own = shares[nearest * m + z];
      shares[nearest * m + z] = shares[z * m + nearest] = own + (shares[x * m + z] - own) * part;
    }
    sizes[nearest] += sizes[x];
    active.splice(active.indexOf(x), 1);
  }
  return dendrogramOf(joins, weights);
}

/** Mean shares below this are no votes at all, and a number of groups must last while the share grows this many times. */
const faint = 0.001;
const lasting = 2;

/**
 * The number of groups, 2 … `most`, that lasts longest as the votes required for a join rise (the lifetime of Fred & Jain 2005); 1 where none lasts
 * long. Lifetimes are ratios: when partitions are fine, even neighbours in one group share few of them, but many times more than two groups do.
 */
export function longestLived({ leaves, heights }: Pick<Linkage, 'leaves' | 'heights'>, most: number): number {
  const shareAt = (merge: number) => (merge < 0 ? 1 : 1 - heights[merge]) + faint;
  let found = 1;
  let longest = lasting;
  for (let k = 2; k <= Math.min(most, leaves); k++) {
    const lifetime = shareAt(leaves - k - 1) / shareAt(leaves - k);
    if (lifetime > longest) {
      longest = lifetime;
      found = k;
    }
  }
  return found;
}

/** How clear-cut the shares of a consensus matrix are. */
export interface Clarity {
  /** Area under their cumulative distribution, 0–1 (Monti et al. 2003); grows with k. */
  readonly area: number;
  /** Proportion of ambiguous pairs: share in (0.1, 0.9) (Șenbabaoğlu et al. 2014). 0 where every pair is always or never together. */
  readonly ambiguous: number;
}

export function clarity({ rows, shares }: CoAssociation): Clarity {
  const pairs = (rows * (rows - 1)) / 2;
  let ambiguous = 0;
  let sum = 0;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < i; j++) {
      const share = shares[i * rows + j];
      sum += share;
      if (share > 0.1 && share < 0.9) ambiguous++;
    }
  }
  // The area under the distribution function of a number in [0, 1] is 1 minus its mean.
  return { area: pairs > 0 ? 1 - sum / pairs : 1, ambiguous: pairs > 0 ? ambiguous / pairs : 0 };
}
