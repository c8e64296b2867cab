import type { Context } from '../context.js';
import type { Kernel, Points } from '../kernel/kernel.js';
import { assignNearest, fitKMeans, kmeans } from './algorithms/kmeans.js';
import { rowsOf } from './batches.js';
import type { CentreParams } from './nearest.js';

/** Centres of one segment. */
const mostOfOne = 500;

/**
 * Any partition as nearest centres, few of them: every segment gets as many k-means centres as it takes for each row's nearest centre to be of its own
 * segment, save one row in a thousand, and all segments together about `most`. So segments of any shape are assigned, saved and put into SQL like those of k-means.
 * Labels are 0 … k − 1, each with at least one row.
 */
export async function prototypes(x: Points, labels: Int32Array, k: number, most: number, context: Context, kernel: Kernel): Promise<CentreParams> {
  const { d } = x;
  const own = Array.from({ length: k }, (_, segment) => rowsOf(x, Int32Array.from(labels.keys()).filter((i) => labels[i] === segment)));
  const counts = own.map(() => 1);
  const centres: number[][] = own.map(() => []);
  const changed = new Set(own.keys());
  let best: { params: CentreParams; wrong: number } | undefined;
  while (changed.size > 0) {
    for (const segment of changed) centres[segment] = await centresOf(own[segment], counts[segment], context, kernel);
    changed.clear();
    const params = { k, d, centroids: centres.flat(), groups: centres.flatMap((list, segment) => new Array<number>(list.length / d).fill(segment)) };
    const found = assignNearest(params, x).labels;
    const mistaken = Array.from(labels.keys()).filter((i) => found[i] !== labels[i]);
    if (!best || mistaken.length < best.wrong) best = { params, wrong: mistaken.length };
    if (mistaken.length <= x.rows / 1_000) break;
    // Both the segment that lost a row and the one that took it are drawn too coarsely.
    const involved = new Set(mistaken.flatMap((i) => [labels[i], found[i]]));
    for (const segment of [...involved].sort((a, b) => a - b)) {
      const more = Math.min(2 * counts[segment], own[segment].rows, mostOfOne);
      if (more === counts[segment] || counts.reduce((a, b) => a + b, 0) + more - counts[segment] > most) continue;
      counts[segment] = more;
      changed.add(segment);
    }
  }
  return best!.params;
}

async function centresOf(rows: Points, count: number, context: Context, kernel: Kernel): Promise<number[]> {
  const chosen = kmeans.options.parse({ k: count, restarts: count > 32 ? 1 : 4 });
  return [...(await fitKMeans(rows, chosen, context, kernel)).params.centroids];
}
