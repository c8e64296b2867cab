import type { Context } from '../context.js';
import type { FeatureTable } from '../domain/feature.js';
import type { FeatureMatrix } from '../domain/matrix.js';
import type { LevelSegment } from '../domain/segment.js';
import { levels } from '../explain/levels.js';
import type { Kernel } from '../kernel/kernel.js';
import type { Dendrogram, Level } from '../segment/dendrogram.js';
import { nested } from '../segment/nested.js';
import type { CentreParams } from '../segment/nearest.js';
import { means } from '../segment/score.js';
import { modelOf } from './model.js';

/** What levels are made of and told by. */
export interface Levelled {
  readonly table: FeatureTable;
  /** The rows of the table; or of some that stand for them, where `place` puts all of them with the nearest of some centres. */
  readonly matrix: FeatureMatrix;
  readonly place?: (centres: CentreParams) => Promise<Int32Array>;
  readonly entityWord: { readonly one: string; readonly many: string };
  readonly currency?: string;
  /** The segment of each row (−1: none) in another partition of them, in which the finest groups are to be found again. */
  readonly among?: ArrayLike<number>;
  /** Rows looked at per parent to name its groups. */
  readonly looked?: number;
}

export interface NamedLevels {
  /** Broadest first. */
  readonly levels: readonly (readonly LevelSegment[])[];
  /** The dendrogram above the finest level; see `LevelsAnswer`. */
  readonly tree: { readonly merges: readonly number[]; readonly heights: readonly number[] };
  /** For each finest group the segment of `among` that most of it is in (−1: in none), and how much of it; only where that was given. */
  readonly homes?: readonly { readonly segment: number; readonly share: number }[];
  /** Correlation with the exact dendrogram of a sample; absent where it is exact. */
  readonly agreement?: number;
}

/**
 * One dendrogram of a matrix, cut at each of `ks`, with a name and a narrative for every group. `settings` are those of agglomerative clustering.
 * @throws `segment/bad-k`, `config/invalid`, `run/aborted`
 */
export async function namedLevels({ table, matrix, place, entityWord, currency, among, looked }: Levelled, ks: readonly number[], settings: object, context: Context, kernel: Kernel): Promise<NamedLevels> {
  const { params, levels: cuts, labels: own } = await nested(matrix, ks, settings, context, kernel);
  const model = modelOf(matrix, { algorithm: 'agglomerative', options: {}, params: { ...params }, kind: 'convenience' }, context.seed);
  const finest = cuts.length - 1;
  const labels = place ? carried(cuts, await place(middlesOf(matrix, own[finest], cuts[finest].k))) : own;
  return {
    levels: levels({ table, matrix, model, entityWord, currency }, labels, context, looked), tree: treeAbove(params, cuts[finest]),
    ...(among && { homes: homesOf(labels[finest], cuts[finest].k, among) }), ...(params.agreement !== undefined && { agreement: params.agreement }),
  };
}

/** The middles of some groups of rows. */
function middlesOf(matrix: FeatureMatrix, labels: Int32Array, k: number): CentreParams {
  return { k, d: matrix.d, centroids: Array.from(means(matrix, labels, k).centres.values) };
}

/** The groups of everyone at every level, from those at the finest. */
function carried(cuts: readonly Level[], finest: Int32Array): Int32Array[] {
  const labels = [finest];
  for (let i = cuts.length - 1; i > 0; i--) labels.unshift(labels[0].map((group) => cuts[i].parents![group]));
  return labels;
}

/** The merges above a level, its groups being the leaves: numbered from 0, merges after them. */
function treeAbove({ leaves, merges, heights }: Dendrogram, { k, groups }: Level): NamedLevels['tree'] {
  const below = leaves - k; // merges that the groups are made of
  const nodeOf = (node: number): number => {
    if (node >= leaves + below) return k + (node - leaves - below);
    let leaf = node;
    while (leaf >= leaves) leaf = merges[2 * (leaf - leaves)];
    return groups[leaf];
  };
  const above = Array.from({ length: k - 1 }, (_, i) => below + i);
  return { merges: above.flatMap((i) => [nodeOf(merges[2 * i]), nodeOf(merges[2 * i + 1])]), heights: above.map((i) => heights[i]) };
}

function homesOf(groups: Int32Array, k: number, among: ArrayLike<number>): NonNullable<NamedLevels['homes']> {
  const counts = Array.from({ length: k }, () => new Map<number, number>());
  for (let row = 0; row < groups.length; row++) counts[groups[row]].set(among[row], (counts[groups[row]].get(among[row]) ?? 0) + 1);
  return counts.map((count) => {
    const all = [...count.values()].reduce((sum, n) => sum + n, 0);
    const [segment, n] = [...count].reduce((best, next) => (next[1] > best[1] ? next : best), [-1, 0]);
    return { segment, share: all > 0 ? n / all : 0 };
  });
}
