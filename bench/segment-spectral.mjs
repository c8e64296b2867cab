// Spectral clustering and graph communities on the fcps and wut sets (moons, rings, chains …): adjusted Rand index and seconds beside scikit-learn's SpectralClustering.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { dataFile, main, machine, must, peerPython, requirePeer, root, say } from './measure.mjs';

/** Told k, and last not told. */
const ours = {
  spectral: { algorithm: 'spectral', options: (k) => ({ k }) },
  community: { algorithm: 'community', options: (k) => ({ k }) },
  'community alone': { algorithm: 'community', options: () => ({}) },
};

await main(async () => {
  requirePeer('numpy', 'sklearn');
  const { createContext } = await import('../dist/context.js');
  const { openKernel } = await import('../dist/kernel/catalog.js');
  const { algorithmNamed } = await import('../dist/segment/catalog.js');
  const { adjustedRand } = await import('../dist/util/agreement.js');
  const sets = ['fcps', 'wut'].flatMap(read);
  const { stdout, status, stderr } = spawnSync(peerPython, [join(root, 'bench/peers/spectral.py'), ...sets.flatMap(({ k, path }) => [`${k}`, path])], { encoding: 'utf8', maxBuffer: 1e9 });
  must(status === 0, stderr);
  const theirs = stdout.trim().split('\n').map((line) => JSON.parse(line));
  const kernel = await openKernel({ threads: 2 });
  const rows = [];
  for (const [s, { name, k, points, truths }] of sets.entries()) {
    // The best of the reference labelings with this many groups or any other: a set can be seen in more than one way.
    const score = (labels) => Math.max(...truths.map((truth) => agreement(adjustedRand, truth, labels)));
    const row = { name, rows: points.rows, k, 'scikit-learn': score(Array.from(theirs[s].labels, (c) => c.charCodeAt(0) - 48)), 'scikit-learn seconds': theirs[s].seconds };
    for (const [own, { algorithm: name, options }] of Object.entries(ours)) {
      const algorithm = algorithmNamed(name);
      // Once unmeasured, so that the code is compiled, as NumPy's is.
      if (s === 0) await algorithm.fit(points, algorithm.options.parse(options(k)), createContext({ seed: 1 }), kernel);
      const start = performance.now();
      const params = await algorithm.fit(points, algorithm.options.parse(options(k)), createContext({ seed: 1 }), kernel);
      const { labels } = algorithm.assign(params, points);
      row[own] = score(labels);
      row[`${own} seconds`] = (performance.now() - start) / 1000;
      row[`${own} k`] = params.k;
      row[`${own} centres`] = params.centroids.length / params.d;
    }
    rows.push(row);
    say(`${name.padEnd(20)} k ${String(k).padStart(2)}  scikit-learn ${row['scikit-learn'].toFixed(3)} ${row['scikit-learn seconds'].toFixed(2)} s${Object.keys(ours).map((own) => `   ${own} ${row[own].toFixed(3)} (k ${row[`${own} k`]}) ${row[`${own} seconds`].toFixed(2)} s`).join('')}`);
  }
  await kernel.close();
  const mean = (key) => rows.reduce((sum, row) => sum + row[key], 0) / rows.length;
  const total = (key) => mean(`${key} seconds`) * rows.length;
  for (const who of ['scikit-learn', ...Object.keys(ours)]) process.stdout.write(`${who.padEnd(16)} mean adjusted Rand index ${mean(who).toFixed(4)}, ${total(who).toFixed(1)} s in all\n`);
  mkdirSync(join(root, 'bench/results'), { recursive: true });
  writeFileSync(join(root, 'bench/results/segment-spectral.json'), `${JSON.stringify({ date: new Date().toISOString(), machine: machine(), sklearn: theirs[0].sklearn, rows }, null, 2)}\n`);
});

/** The sets of one collection with their reference labelings (0 = noise, left out of the comparison). */
function read(collection) {
  const folder = dataFile(`clustering-benchmarks/${collection}`);
  const lines = (file) => gunzipSync(readFileSync(join(folder, file))).toString().trim().split('\n');
  return readdirSync(folder).filter((file) => file.endsWith('.data.gz')).sort().map((file) => {
    const values = lines(file).map((line) => line.trim().split(/\s+/).map(Number));
    const name = file.replace('.data.gz', '');
    const truths = readdirSync(folder).filter((other) => other.startsWith(`${name}.labels`)).map((other) => Int32Array.from(lines(other), Number));
    const d = values[0].length;
    return { name: `${collection}/${name}`, path: join(folder, file), k: Math.max(...truths[0]), points: { rows: values.length, d, stride: d, data: Float64Array.from(values.flat()) }, truths };
  });
}

function agreement(adjustedRand, truth, labels) {
  const kept = Array.from(truth.keys()).filter((i) => truth[i] > 0);
  return adjustedRand(kept.map((i) => truth[i]), kept.map((i) => labels[i]));
}
