// Boosted trees and random forests against LightGBM and scikit-learn: rows × 28 inputs like those of HIGGS (main effects, interactions, skew), binary answer, two threads; time from
// the table in memory to the fitted model, AUC on rows that nobody has seen. Every pair has a table of its own: which of the interactions trees find first is chance, and moves the AUC
// of any of them by ± 0.002 at 100,000 rows (other tables, or one bin less), so what is compared is the mean.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compare, flags, main, must, peerPython, report, requirePeer, root } from './measure.mjs';

const here = fileURLToPath(import.meta.url);
const threads = 2;
const inputs = 28;
const unseen = 200_000;
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
/** What both sides are told. */
const boosted = { trees: 100, leaves: 31, learningRate: 0.1, leafRows: 20 };
/** As scikit-learn's forest is by default: leaves of one row, √28 inputs per node, rows drawn with replacement. */
const forest = { leafRows: 1, inputs: 5 };

await main(async () => {
  if (process.argv[2] === 'fit') return fit(process.argv[3], JSON.parse(process.argv[4]));
  const { pairs, rows, forestRows, forestTrees, part } = flags({ pairs: 3, rows: 1_000_000, forestRows: 200_000, forestTrees: 40, part: 'all' });
  requirePeer('numpy', 'sklearn', 'lightgbm');
  // Some minutes at full size: the forest of scikit-learn, unhurried, takes most of them, so it is met twice and of fewer trees (both sides' time is proportional to them).
  if (part !== 'forest') await against('boosted', { kind: 'boosted', rows, ...boosted }, ['lightgbm', 'sklearn'], { pairs }, { lightgbm: 1, sklearn: 1.5 });
  if (part !== 'boosted') await against('forest', { kind: 'forest', rows: forestRows, trees: forestTrees, ...forest }, ['sklearn'], { pairs: Math.min(2, pairs), warmups: 0 }, { sklearn: 5 });
});

async function against(name, scene, peers, { pairs, warmups = 1 }, goals) {
  const folders = Array.from({ length: pairs }, () => mkdtempSync(join(tmpdir(), 'shoal-trees-')));
  try {
    folders.forEach((folder, pair) => write(folder, scene.rows + unseen, 7 + pair));
    const facts = ({ stdout }) => JSON.parse(stdout);
    const env = { OMP_NUM_THREADS: String(threads) };
    /** The folder of each pair after the other; the first also to warm up. */
    const turns = () => {
      let pair = -warmups;
      return () => folders[Math.max(0, pair++)];
    };
    const contender = (who, command, args, more) => {
      const folder = turns();
      return { name: who, command, args: () => args(folder()), check: facts, ...more };
    };
    const result = await compare({
      pairs, warmups,
      contenders: [
        contender('shoal', process.execPath, (folder) => [here, 'fit', folder, JSON.stringify(scene)]),
        ...peers.map((peer) => contender(peer, peerPython, (folder) => [join(root, 'bench', 'peers', 'trees.py'), folder, JSON.stringify({ ...scene, peer, threads, unseen })], { env })),
      ],
    });
    // What counts is the fit: reading the file and starting Python are left out of all.
    const all = (who, key) => result.contenders[who].runs.map(({ facts: found }) => found[key]);
    const targets = peers.map((peer) => {
      const [own, other] = [median(all('shoal', 'seconds')), median(all(peer, 'seconds'))];
      const [auc, theirs] = [mean(all('shoal', 'auc')), mean(all(peer, 'auc'))];
      must(auc - theirs >= -0.002, `the mean AUC is ${auc.toFixed(4)}, and ${peer}'s ${theirs.toFixed(4)}.`);
      return { what: `${name}: ${(other / own).toFixed(2)}× as fast as ${peer} (${own.toFixed(2)} s, ${other.toFixed(2)} s; bar ${goals[peer]}×), AUC ${auc.toFixed(4)} (${auc >= theirs ? '+' : ''}${(auc - theirs).toFixed(4)}, mean of ${pairs})`, met: other / own >= goals[peer] };
    });
    report(`predict-trees-${name}`, { scene, ...result }, targets);
  } finally {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  }
}

/** Column by column in double precision, then the answers: one byte each. */
function write(folder, rows, seed) {
  const normal = normals(seed);
  const columns = Array.from({ length: inputs }, () => new Float64Array(rows));
  const answers = new Uint8Array(rows);
  const x = new Float64Array(inputs);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < inputs; j++) x[j] = normal();
    for (let j = 7; j < 14; j++) x[j] = Math.exp(x[j] * 0.7);
    for (let j = 14; j < 17; j++) x[j] = x[j] > 0.6 ? 2 : x[j] > -0.5 ? 1 : 0;
    x[24] = Math.hypot(x[0], x[1]) + 0.3 * x[24];
    x[25] = x[7] * x[8] + 0.3 * x[25];
    x[26] = x[2] + x[3] + 0.5 * x[26];
    const s = 0.5 * x[0] - 0.4 * Math.abs(x[2]) + 0.6 * x[0] * x[1] + 0.5 * Math.log(x[7]) * x[3] + 0.4 * (x[14] - 1) * x[4] + 0.5 * (x[24] - 1.3) - 0.3 * Math.log1p(Math.max(x[25], 0)) + 0.5 * Math.sin(2 * x[5]) + 0.3 * (x[26] > 0.5 ? 1 : 0) + 0.2 * x[17];
    answers[i] = s + 1.2 * normal() > 0 ? 1 : 0;
    for (let j = 0; j < inputs; j++) columns[j][i] = x[j];
  }
  writeFileSync(join(folder, 'x.f64'), Buffer.concat(columns.map((column) => Buffer.from(column.buffer))));
  writeFileSync(join(folder, 'y.u8'), answers);
}

/** Standard normal numbers, always the same. */
function normals(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}

async function fit(folder, scene) {
  const { openKernel } = await import('../dist/kernel/catalog.js');
  const { createContext } = await import('../dist/context.js');
  const { predictorNamed } = await import('../dist/predict/catalog.js');
  const file = readFileSync(join(folder, 'x.f64'));
  const answers = Float64Array.from(readFileSync(join(folder, 'y.u8')));
  const all = answers.length;
  const examples = (from, to) => ({
    rows: to - from,
    inputs: Array.from({ length: inputs }, (_, j) => ({ name: `x${j}` })),
    columns: Array.from({ length: inputs }, (_, j) => new Float64Array(file.buffer, file.byteOffset + (j * all + from) * 8, to - from).slice()),
  });
  const kernel = await openKernel({ threads });
  const context = createContext({ threads });
  const predictor = predictorNamed(scene.kind === 'boosted' ? 'boosted-trees' : 'random-forest');
  const { kind, rows, ...told } = scene;
  const options = predictor.options.parse(kind === 'boosted' ? { ...told, lambda: 0, inputShare: 1, patience: 0 } : told);
  const x = examples(0, rows);
  const y = { task: 'binary', values: answers.slice(0, rows) };
  const start = performance.now();
  const params = await predictor.fit(x, y, options, context, kernel);
  const seconds = (performance.now() - start) / 1000;
  const before = performance.now();
  const predicted = predictor.predict(params, examples(all - unseen, all));
  const predicting = (performance.now() - before) / 1000;
  process.stdout.write(`${JSON.stringify({ seconds, predicting, auc: auc(predicted, answers.subarray(all - unseen)) })}\n`);
  await kernel.close();
}

function auc(scores, answers) {
  const order = Float64Array.from(scores.keys()).sort((a, b) => scores[a] - scores[b]);
  let ranks = 0;
  let positives = 0;
  for (let i = 0; i < order.length; ) {
    let end = i;
    while (end < order.length && scores[order[end]] === scores[order[i]]) end++;
    for (let k = i; k < end; k++) {
      if (answers[order[k]] === 0) continue;
      ranks += (i + end + 1) / 2;
      positives++;
    }
    i = end;
  }
  return (ranks - (positives * (positives + 1)) / 2) / (positives * (order.length - positives));
}
