// Ward's dendrogram: exact against scikit-learn at equal heights, how its cost grows with rows and features, and 1,000,000 rows through micro-clusters.
import { fileURLToPath } from 'node:url';
import { blobs, cloud, grow, pointsIn, relativeDifference, threads } from './growth.mjs';
import { flags, main, must, requirePeer } from './measure.mjs';

const grouped = blobs(8, 2);

await main(async () => {
  const [mode, path, size] = process.argv.slice(2);
  if (mode === 'fit') return fit(path, JSON.parse(size));
  const { pairs } = flags({ pairs: 3 });
  requirePeer('numpy', 'sklearn');
  await grow({
    name: 'segment-ward', peer: 'scikit-learn', script: 'ward.py', here: fileURLToPath(import.meta.url), pairs,
    sizes: {
      '20,000 × 10': { rows: 20_000, d: 10, draw: grouped },
      '20,000 × 10, no groups': { rows: 20_000, d: 10, draw: cloud },
      '5,000 × 10': { rows: 5_000, d: 10, draw: grouped },
      '10,000 × 10': { rows: 10_000, d: 10, draw: grouped },
      '50,000 × 10': { rows: 50_000, d: 10, draw: grouped, alone: true },
      '5,000 × 2': { rows: 5_000, d: 2, draw: grouped },
      '5,000 × 50': { rows: 5_000, d: 50, draw: grouped },
      '5,000 × 200': { rows: 5_000, d: 200, draw: grouped },
      '100,000 × 10, micro': { rows: 100_000, d: 10, micro: true, draw: grouped, alone: true },
      '1,000,000 × 10, micro': { rows: 1_000_000, d: 10, micro: true, draw: grouped, alone: true },
      '1,000,000 × 10, micro, no groups': { rows: 1_000_000, d: 10, micro: true, draw: cloud, alone: true },
    },
    quality(ours, theirs, { rows }) {
      must(ours.sizes.at(-1) === rows, 'not all rows were joined.');
      if (!theirs) return ours.agreement === undefined ? {} : { agreement: ours.agreement };
      const difference = relativeDifference(ours.heights, theirs.heights);
      must(difference <= 1e-6, `heights differ by ${difference} of their size.`);
      return { difference };
    },
    targets: (measured) => {
      const { ratio, quality } = measured['20,000 × 10'];
      const cloudRatio = measured['20,000 × 10, no groups'].ratio;
      const { seconds, quality: { agreement } } = measured['1,000,000 × 10, micro'];
      return [
        { what: `at least 3× faster (${ratio.toFixed(1)}×) at heights equal to 10⁻⁶ (${quality.difference.toExponential(1)})`, met: ratio >= 3 && quality.difference <= 1e-6 },
        { what: `the same where there are no groups (${cloudRatio.toFixed(1)}×)`, met: cloudRatio >= 3 },
        { what: `1,000,000 rows possible (${seconds.toFixed(1)} s), agreement with the exact dendrogram of a sample reported (${agreement.toFixed(3)})`, met: agreement > 0 },
      ];
    },
  });
});

async function fit(path, { rows, d, micro }) {
  const { createContext } = await import('../dist/context.js');
  const { openKernel } = await import('../dist/kernel/catalog.js');
  const { agglomerative, fitAgglomerative } = await import('../dist/segment/algorithms/agglomerative.js');
  const kernel = await openKernel({ threads });
  const x = pointsIn(path, d);
  const options = agglomerative.options.parse({ k: 8, exactRows: micro ? 5_000 : 50_000 });
  const start = performance.now();
  const { dendrogram, params } = await fitAgglomerative(x, options, createContext({ seed: 1, threads }), kernel);
  const seconds = (performance.now() - start) / 1000;
  const heights = rows > 20_000 ? [] : Array.from(dendrogram.heights);
  process.stdout.write(`${JSON.stringify({ seconds, heights, sizes: [dendrogram.sizes.at(-1)], agreement: params.agreement })}\n`);
  await kernel.close();
}
