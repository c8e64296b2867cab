// Gaussian mixtures: 1,000,000 rows × 20 features (full covariances: 125,000), k = 8, against sklearn.mixture.GaussianMixture with the same tolerance.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compareFits, draw, load, summary, threads, timed } from './fits.mjs';
import { flags, main, requirePeer, say } from './measure.mjs';

const here = fileURLToPath(import.meta.url);
const k = 8;
const tolerance = 1e-3; // the peer's default

await main(async () => {
  const [mode, path, features, covariance] = process.argv.slice(2);
  if (mode === 'fit') return fit(path, Number(features), covariance);
  const { pairs, rows, d, part, growth } = flags({ pairs: 3, rows: 1_000_000, d: 20, part: 0, growth: false });
  requirePeer('numpy', 'sklearn');
  const found = [];
  const wanted = (number) => part === 0 || part === number;
  for (const data of ['blobs', 'skewed']) {
    if (wanted(1)) found.push(await against({ data, rows, d, covariance: 'diagonal', pairs, goal: 1 }));
    // The peer takes seconds per iteration on a million rows.
    if (wanted(2)) found.push(await against({ data, rows: Math.round(rows / 8), d, covariance: 'full', pairs, goal: 1 / 1.5 }));
  }
  if (growth) {
    for (const share of [8, 4, 2]) found.push(await against({ data: 'skewed', rows: Math.round(rows / share), d, covariance: 'diagonal', pairs: 1 }));
    for (const features of [5, 10, 50]) for (const covariance of ['diagonal', 'full']) found.push(await against({ data: 'skewed', rows: Math.round(rows / 8), d: features, covariance, pairs: 1 }));
  }
  summary(found);
});

/** The mean log-likelihood of a row must be no more than the tolerance below the peer's. */
async function against({ data, rows, d, covariance, pairs, goal }) {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-mixture-'));
  const file = join(folder, 'rows.f32');
  try {
    say(`Drawing ${data}: ${rows.toLocaleString('en')} × ${d}`);
    await draw(file, data, rows, d, k);
    return await compareFits({
      name: `segment-mixture-${covariance}-${data}-${rows}x${d}`, pairs, ours: [here, 'fit', file, `${d}`, covariance],
      theirs: ['gaussian_mixture.py', file, `${d}`, `${k}`, covariance === 'diagonal' ? 'diag' : covariance, `${tolerance}`, `${threads}`],
      judge(ratio, both) {
        const worst = Math.min(...both.map(({ ours, theirs }) => ours.logLikelihood - theirs.logLikelihood));
        return [
          ...(goal ? [{ what: `at least ${goal.toFixed(2)}× as fast (${ratio.toFixed(2)}×)`, met: ratio >= goal }] : []),
          { what: `mean log-likelihood at least as high (${worst >= 0 ? '+' : ''}${worst.toFixed(4)})`, met: worst >= -tolerance },
        ];
      },
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function fit(path, d, covariance) {
  const { createContext } = await import('../dist/context.js');
  const { openKernel } = await import('../dist/kernel/catalog.js');
  const { fitGaussianMixture, gaussianMixture } = await import('../dist/segment/algorithms/gaussian-mixture.js');
  const kernel = await openKernel({ threads });
  const x = load(path, d);
  const each = async (points) => (await fitGaussianMixture(points, gaussianMixture.options.parse({ k, covariance, tolerance }), createContext({ seed: 1, threads }), kernel)).params;
  await each({ ...x, rows: 2000 });
  await timed(async () => {
    const { logLikelihood, iterations, converged } = await each(x);
    return { logLikelihood: logLikelihood / x.rows, iterations, converged };
  });
  await kernel.close();
}
