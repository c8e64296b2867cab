// Whether advice is worth following: on every set of clustering-benchmarks, the agreement with the truth of the algorithm that `advise` recommends (it is not
// told the truth, only afterwards k, where the algorithm takes one) beside that of k-means told k, on the same encoded columns.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { dataFile, flags, machine, main, must, root, say } from './measure.mjs';

await main(async () => {
  const { seed } = flags({ seed: 1 });
  must(existsSync(join(root, 'dist/kernel/kernel.wasm')), "Nothing is built yet. Run 'npm run build' first.");
  const { createContext } = await import('../dist/context.js');
  const { encode } = await import('../dist/featurize/encode.js');
  const { openKernel } = await import('../dist/kernel/catalog.js');
  const { advise } = await import('../dist/segment/advise.js');
  const { algorithmNamed } = await import('../dist/segment/catalog.js');
  const { adjustedRand } = await import('../dist/util/agreement.js');
  const kernel = await openKernel({ threads: 2 });
  const found = {};
  for (const { name, table, truth } of sets(dataFile('clustering-benchmarks'))) {
    const { matrix } = encode(table, {}, (rows, d) => kernel.allocate(rows, d), createContext({ seed }));
    const { algorithm } = await advise(table, matrix, {}, createContext({ seed }), kernel);
    const kept = Array.from(truth.keys()).filter((i) => truth[i] > 0); // label 0 is noise
    const k = new Set(kept.map((i) => truth[i])).size;
    const agreement = async (chosen, options) => {
      const { fit, assign, options: schema } = algorithmNamed(chosen);
      const params = await fit(matrix, schema.parse({ ...options, ...('k' in schema.shape ? { k } : {}) }), createContext({ seed }), kernel);
      const { labels } = assign(params, matrix);
      return adjustedRand(kept.map((i) => truth[i]), kept.map((i) => labels[i] + 1));
    };
    found[name] = { k, advised: algorithm.name, ari: await agreement(algorithm.name, algorithm.options), kmeans: await agreement('kmeans', {}) };
    say(`${name.padEnd(22)} ${algorithm.name.padEnd(18)} ${found[name].ari.toFixed(3)}   k-means ${found[name].kmeans.toFixed(3)}`);
  }
  await kernel.close();
  const mean = (of) => Object.values(found).reduce((sum, one) => sum + one[of], 0) / Object.keys(found).length;
  const [ari, kmeans] = [mean('ari'), mean('kmeans')];
  const met = ari > kmeans;
  process.stdout.write(`${met ? 'met    ' : 'not met'}  mean ARI when advice is followed ${ari.toFixed(4)}; of k-means ${kmeans.toFixed(4)}\n`);
  mkdirSync(join(root, 'bench/results'), { recursive: true });
  writeFileSync(join(root, 'bench/results/segment-advice.json'), `${JSON.stringify({ name: 'segment-advice', date: new Date().toISOString(), machine: machine(), seed, means: { ari, kmeans }, met, found }, null, 1)}\n`);
  if (!met) process.exitCode = 1;
});

function* sets(folder) {
  const numbers = (path) => gunzipSync(readFileSync(path)).toString().trim().split('\n').map((line) => line.trim().split(/\s+/).map(Number));
  for (const battery of readdirSync(folder).filter((name) => !name.includes('.')).sort()) {
    for (const file of readdirSync(join(folder, battery)).filter((name) => name.endsWith('.data.gz')).sort()) {
      const base = file.replace('.data.gz', '');
      const rows = numbers(join(folder, battery, file));
      const features = rows[0].map((_, j) => ({
        name: `x${j}`, title: `Column ${j + 1}`, kind: 'number', family: `attribute x${j}`, source: base, words: { high: 'high', low: 'low' }, role: 'attribute', movable: false, empty: Number.NaN,
      }));
      const columns = features.map((_, j) => Float64Array.from(rows, (row) => row[j]));
      const table = { rows: rows.length, asOf: 0, entities: rows.map((_, i) => String(i)), features, columns, table: 'features', sql: '' };
      yield { name: `${battery}/${base}`, table, truth: numbers(join(folder, battery, `${base}.labels0.gz`)).flat() };
    }
  }
}
