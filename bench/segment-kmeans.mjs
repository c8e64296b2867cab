// k-means: 1,000,000 rows × 50 and × 20 features, k = 8, and the sweep k = 2 … 15, against sklearn.cluster.KMeans on the same single-precision file.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compareFits, draw, load, summary, threads, timed } from './fits.mjs';
import { flags, main, requirePeer, say } from './measure.mjs';

const here = fileURLToPath(import.meta.url);
const sweep = Array.from({ length: 14 }, (_, i) => i + 2);

await main(async () => {
  const [mode, path, d, ks, options] = process.argv.slice(2);
  if (mode === 'fit') return fit(path, Number(d), ks.split(',').map(Number), JSON.parse(options));
  const { pairs, rows, part, growth, nothing, hamerly } = flags({ pairs: 3, rows: 1_000_000, part: 0, growth: false, nothing: false, hamerly: false });
  requirePeer('numpy', 'sklearn');
  const found = [];
  const run = async (scene) => found.push(await against(scene, hamerly));
  const wanted = (number) => part === 0 || part === number;
  if (wanted(1)) for (const data of ['blobs', 'skewed']) await run({ data, rows, d: 50, ks: [8], pairs, goal: 3 });
  if (wanted(2)) for (const data of ['blobs', 'skewed']) await run({ data, rows, d: 20, ks: [8], pairs, goal: 2 });
  if (wanted(3)) await run({ data: 'blobs', rows, d: 50, ks: sweep, pairs: 1, goal: 3 });
  // Without groups the peer needs minutes for the sweep.
  if (nothing) await run({ data: 'none', rows, d: 50, ks: sweep, pairs: 1, goal: 3 });
  if (growth) {
    for (const share of [8, 4, 2]) await run({ data: 'skewed', rows: Math.round(rows / share), d: 20, ks: [8], pairs: 1 });
    for (const features of [5, 10, 100]) await run({ data: 'skewed', rows: Math.round(rows / 4), d: features, ks: [8], pairs: 1 });
    for (const k of [2, 4, 16, 32]) await run({ data: 'skewed', rows: Math.round(rows / 4), d: 20, ks: [k], pairs: 1 });
  }
  summary(found);
});

/** Inertia must be no more than 0.1 % above the peer's for every k. */
async function against({ data, rows, d, ks, pairs, goal }, hamerly) {
  const name = `segment-kmeans-${data}-${rows}x${d}-k${ks.length > 1 ? `${ks[0]}to${ks.at(-1)}` : ks[0]}`;
  const folder = mkdtempSync(join(tmpdir(), 'shoal-kmeans-'));
  const file = join(folder, 'rows.f32');
  try {
    say(`Drawing ${data}: ${rows.toLocaleString('en')} × ${d}`);
    await draw(file, data, rows, d);
    return await compareFits({
      name, pairs, ours: [here, 'fit', file, `${d}`, ks.join(','), JSON.stringify(hamerly ? { hamerly } : {})],
      theirs: ['kmeans.py', file, `${d}`, ks.join(','), `${threads}`],
      judge(ratio, both) {
        const excess = both.flatMap(({ ours, theirs }) => ours.inertias.map((inertia, i) => inertia / theirs.inertias[i] - 1));
        const worst = Math.max(...excess);
        return [
          ...(goal ? [{ what: `at least ${goal}× faster (${ratio.toFixed(2)}×)`, met: ratio >= goal }] : []),
          { what: `inertia at most 0.1 % above (from ${(Math.min(...excess) * 100).toFixed(3)} to ${(worst * 100).toFixed(3)} %)`, met: worst <= 0.001 },
        ];
      },
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** All k on one file; what is timed begins with plain memory, as the peer's does. */
async function fit(path, d, ks, options) {
  const { createContext } = await import('../dist/context.js');
  const { openKernel } = await import('../dist/kernel/catalog.js');
  const { fitKMeans, kmeans } = await import('../dist/segment/algorithms/kmeans.js');
  const kernel = await openKernel({ threads });
  const x = load(path, d);
  const each = (points, k) => fitKMeans(points, kmeans.options.parse({ k, ...options }), createContext({ seed: 1, threads }), kernel);
  await each({ ...x, rows: 2000 }, 8);
  await timed(async () => {
    const { points, release } = kernel.adopt(x);
    const inertias = [];
    for (const k of ks) inertias.push((await each(points, k)).inertia);
    release();
    return { inertias };
  });
  await kernel.close();
}
