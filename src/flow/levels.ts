import type { Context } from '../context.js';
import type { FeatureTable } from '../domain/feature.js';
import type { FeatureMatrix } from '../domain/matrix.js';
import type { LevelSegment } from '../domain/segment.js';
import { levels } from '../explain/levels.js';
import type { Kernel } from '../kernel/kernel.js';
import type { Dendrogram, Level } from '../segment/dendrogram.js';
import { nested } from '../segment/nested.js';
import { modelOf } from './model.js';

/** What levels are made of and told by. */
export interface Levelled {
  readonly table: FeatureTable;
  readonly matrix: FeatureMatrix;
  readonly entityWord: { readonly one: string; readonly many: string };
  readonly currency?: string;
}

export interface NamedLevels {
  /** Broadest first. */
  readonly levels: readonly (readonly LevelSegment[])[];
  /** The dendrogram above the finest level; see `LevelsAnswer`. */
  readonly tree: { readonly merges: readonly number[]; readonly heights: readonly number[] };
  /** Correlation with the exact dendrogram of a sample; absent where it is exact. */
  readonly agreement?: number;
}

/**
 * One dendrogram of a matrix, cut at each of `ks`, with a name and a narrative for every group. `settings` are those of agglomerative clustering.
 * @throws `segment/bad-k`, `config/invalid`, `run/aborted`
 */
export async function namedLevels({ table, matrix, entityWord, currency }: Levelled, ks: readonly number[], settings: object, context: Context, kernel: Kernel): Promise<NamedLevels> {
  const { params, levels: cuts, labels } = await nested(matrix, ks, settings, context, kernel);
  const model = modelOf(matrix, { algorithm: 'agglomerative', options: {}, params: { ...params }, kind: 'convenience' }, context.seed);
  const told = levels({ table, matrix, model, entityWord, currency }, labels, context);
  return { levels: told, tree: treeAbove(params, cuts[cuts.length - 1]), ...(params.agreement !== undefined && { agreement: params.agreement }) };
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
