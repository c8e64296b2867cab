// The exact silhouette of a labelling: the kernel against scikit-learn's silhouette_score, and how its cost grows with rows, features and segments.
import { fileURLToPath } from 'node:url';
import { blobs, grow, pointsIn, threads } from './growth.mjs';
import { flags, main, must, requirePeer } from './measure.mjs';

await main(async () => {
  const [mode, path, size] = process.argv.slice(2);
  if (mode === 'fit') return fit(path, JSON.parse(size));
  const { pairs } = flags({ pairs: 3 });
  requirePeer('numpy', 'sklearn');
  const at = (rows, d, k) => [`${rows.toLocaleString('en')} × ${d}, k = ${k}`, { rows, d, k, draw: blobs(k, 1) }];
  await grow({
    name: 'segment-silhouette', peer: 'scikit-learn', script: 'silhouette.py', here: fileURLToPath(import.meta.url), pairs,
    sizes: Object.fromEntries([at(20_000, 10, 8), at(5_000, 10, 8), at(10_000, 10, 8), at(40_000, 10, 8), at(20_000, 2, 8), at(20_000, 50, 8), at(20_000, 10, 2), at(20_000, 10, 50)]),
    quality(ours, theirs) {
      const difference = Math.abs(ours.silhouette - theirs.silhouette);
      must(difference <= 1e-6, `silhouettes differ by ${difference}.`);
      must(Math.abs(ours.daviesBouldin - theirs.daviesBouldin) <= 1e-6 * theirs.daviesBouldin, 'Davies–Bouldin differs.');
      must(Math.abs(ours.calinskiHarabasz - theirs.calinskiHarabasz) <= 1e-6 * theirs.calinskiHarabasz, 'Caliński–Harabasz differs.');
      return { silhouette: ours.silhouette, difference };
    },
    targets: (measured) => {
      const { ratio, quality } = measured['20,000 × 10, k = 8'];
      return [{ what: `at least 3× faster (${ratio.toFixed(1)}×), equal to 10⁻⁶ (${quality.difference.toExponential(1)})`, met: ratio >= 3 }];
    },
  });
});

/** Rows go to the nearest of the first k rows: any labelling will do, so long as it is the same on both sides. */
async function fit(path, { d, k }) {
  const { openKernel } = await import('../dist/kernel/catalog.js');
  const { assignNearest } = await import('../dist/segment/algorithms/kmeans.js');
  const { score, silhouetteOf } = await import('../dist/segment/score.js');
  const kernel = await openKernel({ threads });
  const x = pointsIn(path, d);
  const { labels } = assignNearest({ k, d, centroids: Array.from(x.data.subarray(0, k * d)) }, x);
  kernel.distanceSums({ ...x, rows: 4_000 }, [labels.slice(0, 4_000)], k); // starts the threads and compiles the loop, as the peer's small fit does
  const start = performance.now();
  const [sums] = kernel.distanceSums(x, [labels], k);
  const silhouette = silhouetteOf(sums, labels, k).reduce((a, b) => a + b, 0) / x.rows;
  const seconds = (performance.now() - start) / 1000;
  const { daviesBouldin, calinskiHarabasz } = score(x, labels, k, kernel);
  process.stdout.write(`${JSON.stringify({ seconds, silhouette, daviesBouldin, calinskiHarabasz })}\n`);
  await kernel.close();
}
