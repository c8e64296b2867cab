import type { Context } from '../context.js';
import type { Kernel, Points } from '../kernel/kernel.js';
import { checked } from '../options.js';
import { agglomerative, fitAgglomerative, type AgglomerativeOptions, type AgglomerativeParams } from './algorithms/agglomerative.js';
import { levels, type Level } from './dendrogram.js';

/** Segments within segments. */
export interface Nested {
  readonly params: AgglomerativeParams;
  /** Broadest first. */
  readonly levels: readonly Level[];
  /** The group of each row at each level. */
  readonly labels: readonly Int32Array[];
}

/** One dendrogram of the rows, cut at every number of segments asked for. @throws `config/invalid`, `segment/bad-k`, `segment/not-finite`, `run/aborted` */
export async function nested(x: Points, ks: readonly number[], settings: Partial<AgglomerativeOptions>, context: Context, kernel: Kernel): Promise<Nested> {
  const { params, dendrogram, leafOf } = await fitAgglomerative(x, checked(agglomerative.options, { ...settings, k: Math.max(...ks) }), context, kernel);
  const found = levels(dendrogram, ks);
  return { params, levels: found, labels: found.map(({ groups }) => leafOf.map((leaf) => groups[leaf])) };
}
