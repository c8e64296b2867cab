// DBSCAN and HDBSCAN*, 100,000 × 10: Shoal against scikit-learn, hdbscan and fast_hdbscan, and how cost grows with rows and features. --part 1–5 runs one part.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { flags, machine, main, measure, must, peerPython, requirePeer, root, say } from './measure.mjs';

const here = fileURLToPath(import.meta.url);
const threads = 2;
const leastGroup = 15;
/** Some three quarters of the rows are core at the one, hardly any at the other: dense and sparse neighbourhoods cost differently. */
const radii = [1.8, 1.2];

await main(async () => {
  if (process.argv[2] === 'fit') return fit(...process.argv.slice(3));
  const { pairs, rows, part } = flags({ pairs: 1, rows: 100_000, part: 0 });
  requirePeer('numpy', 'sklearn', 'hdbscan', 'fast_hdbscan', 'numba');
  const folder = mkdtempSync(join(tmpdir(), 'shoal-density-'));
  const found = [];
  const parts = [
    async () => {
      for (const eps of radii) found.push(await against({ method: 'dbscan', peer: 'dbscan', rows, d: 10, parameter: eps, pairs, bar: 3 }, folder));
    },
    async () => found.push(await against({ method: 'hdbscan', peer: 'fast_hdbscan', rows, d: 10, parameter: leastGroup, pairs, bar: 1 / 1.3 }, folder)),
    async () => found.push(await against({ method: 'hdbscan', peer: 'sklearn', rows, d: 10, parameter: leastGroup, pairs, bar: 1 }, folder)),
    async () => found.push(await against({ method: 'hdbscan', peer: 'hdbscan', rows, d: 10, parameter: leastGroup, pairs, bar: 1 }, folder)),
    async () => {
      const sizes = [[25_000, 10], [50_000, 10], [100_000, 10], [100_000, 2], [100_000, 5], [100_000, 20], [20_000, 50], [50_000, 50]];
      for (const [n, d] of sizes) for (const method of ['dbscan', 'hdbscan']) {
        const parameter = method === 'hdbscan' ? leastGroup : 0.57 * Math.sqrt(d);
        // Above 30 features fast_hdbscan wants another package, for an approximate graph.
        found.push(await against({ method, peer: method === 'hdbscan' && d <= 30 && part === 0 ? 'fast_hdbscan' : undefined, rows: n, d, parameter, pairs: 1 }, folder));
      }
    },
  ];
  try {
    for (const [p, run] of parts.entries()) if (part === 0 || part === p + 1) await run();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  for (const { what, met } of found.flatMap(({ bars }) => bars)) say(`${met ? 'met    ' : 'not met'}  ${what}`);
  mkdirSync(join(root, 'bench/results'), { recursive: true });
  const path = `bench/results/segment-density${part ? `-${part}` : ''}.json`;
  writeFileSync(join(root, path), `${JSON.stringify({ date: new Date().toISOString(), machine: machine(), threads, found }, null, 1)}\n`);
  say(`Written to ${path}`);
});

/** Both fit the same file alternately; only the fits are timed. They must agree: adjusted Rand index with outliers as a group, weight of the spanning tree. */
async function against({ method, peer, rows, d, parameter, pairs, bar }, folder) {
  const label = `${method === 'dbscan' ? `DBSCAN eps ${parameter.toFixed(2)}` : 'HDBSCAN*'} ${rows.toLocaleString('en')} × ${d}`;
  const file = join(folder, `${rows}x${d}.f32`);
  await write(file, rows, d);
  const args = (out) => [file, `${d}`, `${parameter}`, `${threads}`, join(folder, out)];
  const run = async (command, list) => {
    const { stdout, cpu, memory } = await measure(command, list);
    return { ...JSON.parse(stdout.trim().split('\n').at(-1)), cpu, memory };
  };
  const ours = [];
  const theirs = [];
  for (let round = 0; round < pairs; round++) {
    const sides = [
      async () => ours.push(await run(process.execPath, [here, 'fit', method, ...args('ours.i32')])),
      async () => { if (peer) theirs.push(await run(peerPython, [join(root, 'bench/peers/density.py'), peer, ...args('theirs.i32')])); },
    ];
    for (const side of round % 2 ? sides.reverse() : sides) await side();
  }
  const mine = middle(ours.map(({ seconds }) => seconds));
  const result = { label, method, peer, rows, d, parameter, seconds: mine, memory: ours[0].memory, runs: { ours, theirs }, bars: [] };
  if (!peer) {
    say(`${label}: ${mine.toFixed(2)} s, ${ours[0].k} segments, ${ours[0].outliers} outliers`);
    return result;
  }
  const { adjustedRand } = await import('../dist/util/agreement.js');
  const labels = ['ours.i32', 'theirs.i32'].map((name) => new Int32Array(new Uint8Array(readFileSync(join(folder, name))).buffer).map((l) => l + 1));
  const ari = adjustedRand(labels[0], labels[1]);
  must(ari > 0.999, `${label}: the labels agree only ${ari.toFixed(4)} with those of ${peer}.`);
  must(theirs[0].weight || peer === 'sklearn' || method !== 'hdbscan', `${peer} gives no tree to compare.`);
  // hdbscan's own tree is approximate by default: ours must not weigh more.
  const weightOff = theirs[0].weight ? ours[0].weight / theirs[0].weight - 1 : undefined;
  must(weightOff === undefined || (peer === 'hdbscan' ? weightOff < 1e-5 : Math.abs(weightOff) < 1e-5), `${label}: the spanning tree weighs ${ours[0].weight}, that of ${peer} ${theirs[0].weight}.`);
  const ratios = theirs.map(({ seconds }, i) => seconds / ours[i].seconds);
  const ratio = middle(ratios);
  say(`${label}: ${mine.toFixed(2)} s, ${peer} ${theirs[0].version} ${middle(theirs.map(({ seconds }) => seconds)).toFixed(2)} s, ratio ${ratio.toFixed(2)}, ARI ${ari.toFixed(4)}${weightOff === undefined ? '' : `, weight off by ${weightOff.toExponential(1)}`}`);
  return { ...result, ratio, ratios, ari, weightOff, ...(bar && { bars: [{ what: `${label}: at least ${bar.toFixed(2)}× as fast as ${peer} (${ratio.toFixed(2)}×)`, met: ratio >= bar }] }) };
}

/** One fit, after one of 3,000 rows that does not count; prints seconds and writes the labels. */
async function fit(method, path, d, parameter, count, out) {
  const { createContext } = await import('../dist/context.js');
  const { openKernel } = await import('../dist/kernel/catalog.js');
  const { dbscan, fitDbscan } = await import('../dist/segment/algorithms/dbscan.js');
  const { fitHdbscan, hdbscan } = await import('../dist/segment/algorithms/hdbscan.js');
  const kernel = await openKernel({ threads: Number(count) });
  const bytes = readFileSync(path);
  const data = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  const run = (rows) => {
    const x = { rows, d: Number(d), stride: Number(d), data };
    const context = createContext({ seed: 1, threads: Number(count) });
    return method === 'dbscan'
      ? fitDbscan(x, dbscan.options.parse({ eps: Number(parameter), minSamples: 10 }), context, kernel)
      : fitHdbscan(x, hdbscan.options.parse({ minClusterSize: Number(parameter) }), context, kernel);
  };
  await run(3000);
  const start = performance.now();
  const { labels, params, treeWeight } = await run(data.length / Number(d));
  const seconds = (performance.now() - start) / 1000;
  writeFileSync(out, Buffer.from(labels.buffer, labels.byteOffset, labels.byteLength));
  process.stdout.write(`${JSON.stringify({ seconds, weight: treeWeight, k: params.k, outliers: labels.filter((l) => l < 0).length })}\n`);
  await kernel.close();
}

/** Ten round groups of deviation 1 in a cube of edge 20. */
async function write(path, rows, d) {
  const { createRng } = await import('../dist/util/rng.js');
  const rng = createRng(2026, `density ${d}`);
  const centres = Float64Array.from({ length: 10 * d }, () => 20 * rng.next() - 10);
  const values = new Float32Array(rows * d);
  for (let i = 0; i < rows; i++) {
    const g = rng.int(10) * d;
    for (let j = 0; j < d; j++) values[i * d + j] = centres[g + j] + rng.normal();
  }
  writeFileSync(path, Buffer.from(values.buffer));
}

function middle(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[(sorted.length - 1) >> 1];
}
