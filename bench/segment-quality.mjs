// How well segments match the truth: ARI and NCA of every algorithm, of `auto` (told nothing) and of scikit-learn's (told k), per set of clustering-benchmarks.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { adjustedRand, normalizedClusteringAccuracy } from '../dist/util/agreement.js';
import { dataFile, flags, machine, main, must, peerPython, requirePeer, root, say } from './measure.mjs';

/** The batteries of github.com/gagolews/clustering-data-v1 that are looked for. */
const batteries = ['fcps', 'wut', 'sipu', 'graves', 'other', 'uci'];
const peersFile = join(root, 'bench/results/segment-quality-peers.json');

await main(async () => {
  const { seed, reuse, largest } = flags({ seed: 1, reuse: false, largest: 20_000 });
  requirePeer('numpy', 'sklearn');
  must(existsSync(join(root, 'dist/kernel/kernel.wasm')), "Nothing is built yet. Run 'npm run build' first.");
  const sets = readSets(dataFile('clustering-benchmarks')).filter(({ x }) => x.rows <= largest);
  const theirs = reuse && existsSync(peersFile) ? JSON.parse(readFileSync(peersFile, 'utf8')) : await peers(sets);
  const ours = await shoal(sets, seed);
  const table = Object.fromEntries(sets.map((set) => [set.name, { rows: set.x.rows, d: set.x.d, scores: { ...ours[set.name], ...scoredPeers(set, theirs[set.name]) } }]));
  finish(table, seed, theirs[sets[0].name].versions);
});

function readSets(folder) {
  const text = (path) => gunzipSync(readFileSync(path)).toString().trim().split('\n');
  return batteries.filter((battery) => existsSync(join(folder, battery))).flatMap((battery) => {
    const files = readdirSync(join(folder, battery)).sort();
    return files.filter((file) => file.endsWith('.data.gz')).map((file) => {
      const base = file.replace('.data.gz', '');
      const rows = text(join(folder, battery, file)).map((line) => line.trim().split(/\s+/).map(Number));
      const d = rows[0].length;
      const references = files.filter((name) => name.startsWith(`${base}.labels`)).map((name) => {
        const labels = Int32Array.from(text(join(folder, battery, name)), Number);
        return { labels, k: new Set(labels.filter((label) => label > 0)).size };
      });
      return { name: `${battery}/${base}`, path: join(folder, battery, file), x: { rows: rows.length, d, stride: d, data: Float64Array.from(rows.flat()) }, references };
    });
  });
}

/** Label 0 of a reference is noise: those rows are clustered but not scored. */
function score({ labels: truth }, found) {
  const kept = Array.from(truth.keys()).filter((i) => truth[i] > 0);
  const own = kept.map((i) => truth[i] - 1);
  const seen = kept.map((i) => found[i] + 1);
  return { ari: adjustedRand(own, seen), nca: normalizedClusteringAccuracy(own, seen) };
}

/** Of several references the one that is met best counts, as for the suite's authors. */
function best(scores) {
  return { ari: Math.max(...scores.map(({ ari }) => ari)), nca: Math.max(...scores.map(({ nca }) => nca)) };
}
/** Every algorithm of the catalogue, told k where it takes one, else with its defaults; and auto. */
async function shoal(sets, seed) {
  const { createContext } = await import('../dist/context.js');
  const { openKernel } = await import('../dist/kernel/catalog.js');
  const { algorithms } = await import('../dist/segment/catalog.js');
  const { auto } = await import('../dist/segment/auto.js');
  const kernel = await openKernel({ threads: 2 });
  const results = {};
  for (const { name, x, references } of sets) {
    const scores = {};
    for (const [algorithm, { fit, assign, options }] of Object.entries(algorithms)) {
      const takesK = 'k' in options.shape;
      const start = performance.now();
      const labelsFor = async (k) => {
        try {
          return assign(await fit(x, options.parse(takesK ? { k } : {}), createContext({ seed }), kernel), x).labels;
        } catch (error) {
          if (!('code' in error)) throw error;
          return new Int32Array(x.rows);
        }
      };
      const found = new Map();
      for (const k of takesK ? new Set(references.map(({ k }) => k)) : [0]) found.set(k, await labelsFor(k));
      scores[algorithm] = { ...best(references.map((reference) => score(reference, found.get(takesK ? reference.k : 0)))), seconds: (performance.now() - start) / 1000 };
    }
    const start = performance.now();
    const { labels, algorithm, choice: { k, verdict } } = await auto(x, {}, createContext({ seed }), kernel);
    scores.auto = { ...best(references.map((reference) => score(reference, labels))), seconds: (performance.now() - start) / 1000, k, algorithm, verdict };
    say(`${name.padEnd(22)} auto ${scores.auto.ari.toFixed(3)}  ${verdict}, ${algorithm}, ${k} (${references.map((reference) => reference.k).join(' or ')})`);
    results[name] = scores;
  }
  await kernel.close();
  return results;
}

/** bench/peers/segment-quality.py, one process for all sets. Gives its lines by name and keeps them for `--reuse`. */
async function peers(sets) {
  const request = sets.map(({ name, path, references }) => ({ name, data: path, ks: [...new Set(references.map(({ k }) => k))] }));
  const child = spawn(peerPython, [join(root, 'bench/peers/segment-quality.py')], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify(request));
  const chunks = [];
  child.stdout.on('data', (chunk) => chunks.push(chunk));
  const code = await new Promise((done) => child.once('close', done));
  must(code === 0, 'the peer failed.');
  const lines = Buffer.concat(chunks).toString('utf8').trim().split('\n').map((line) => JSON.parse(line));
  const byName = Object.fromEntries(lines.map((line) => [line.name, line]));
  mkdirSync(join(root, 'bench/results'), { recursive: true });
  writeFileSync(peersFile, JSON.stringify(byName));
  return byName;
}

function scoredPeers({ references }, { labels, seconds }) {
  return Object.fromEntries(Object.entries(labels).map(([algorithm, found]) => [`sklearn ${algorithm}`, {
    ...best(references.map((reference) => score(reference, found[reference.k] ?? found.free))), seconds: seconds[algorithm], told: !('free' in found),
  }]));
}

function finish(table, seed, versions) {
  const names = Object.keys(table);
  const columns = Object.keys(table[names[0]].scores);
  const mean = (column, of) => names.reduce((sum, name) => sum + table[name].scores[column][of], 0) / names.length;
  const means = Object.fromEntries(columns.map((column) => [column, { ari: mean(column, 'ari'), nca: mean(column, 'nca'), seconds: mean(column, 'seconds') * names.length }]));
  const cell = (value) => value.toFixed(2).padStart(5);
  const wide = Math.max(...names.map((name) => name.length));
  for (const of of ['ari', 'nca']) {
    process.stdout.write(`\n${of.toUpperCase()} (${columns.map((column, c) => `${c + 1} ${column}`).join(', ')})\n${' '.repeat(wide)} ${columns.map((_, c) => `${c + 1}`.padStart(5)).join(' ')}\n`);
    for (const name of names) process.stdout.write(`${name.padEnd(wide)} ${columns.map((column) => cell(table[name].scores[column][of])).join(' ')}\n`);
    process.stdout.write(`${'mean'.padEnd(wide)} ${columns.map((column) => cell(means[column][of])).join(' ')}\n`);
  }
  const told = columns.filter((column) => table[names[0]].scores[column].told);
  const [rival] = told.sort((a, b) => means[b].ari - means[a].ari);
  const met = means.auto.ari >= means[rival].ari;
  process.stdout.write(`\n${met ? 'met    ' : 'not met'}  auto, told nothing: mean ARI ${means.auto.ari.toFixed(4)}; best of scikit-learn, told k: ${rival} ${means[rival].ari.toFixed(4)}\n`);
  const path = join(root, 'bench/results/segment-quality.json');
  writeFileSync(path, `${JSON.stringify({ name: 'segment-quality', date: new Date().toISOString(), machine: machine(), seed, versions, means, bar: { rival, met }, table }, null, 1)}\n`);
  say('Written to bench/results/segment-quality.json');
  if (!met) process.exitCode = 1;
}
