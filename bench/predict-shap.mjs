// Explaining and scoring one model of LightGBM (100 trees × 31 leaves, 28 inputs) with LightGBM and, imported, with Shoal, on two threads: Shapley values of all rows,
// predictions of all rows, and of one row at a time. Times are from the table in memory to the numbers; both must give the same Shapley values to 10⁻⁶ and predictions to 10⁻⁹.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compare, flags, main, must, peerPython, report, requirePeer, root } from './measure.mjs';

const here = fileURLToPath(import.meta.url);
const inputs = 28;
/** Rows of which both write down their numbers. */
const compared = 500;

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

await main(async () => {
  if (process.argv[2] === 'explain') return explain(process.argv[3], ...process.argv.slice(4).map(Number));
  const { pairs, rows, trees, leaves, threads } = flags({ pairs: 3, rows: 50_000, trees: 100, leaves: 31, threads: 2 });
  requirePeer('numpy', 'lightgbm');
  const folder = mkdtempSync(join(tmpdir(), 'shoal-shap-'));
  try {
    const script = join(root, 'bench', 'peers', 'shap.py');
    const env = { OMP_NUM_THREADS: String(threads) };
    const { status, stderr } = spawnSync(peerPython, [script, 'train', folder, JSON.stringify({ rows, inputs, trees, leaves, threads })], { encoding: 'utf8', env: { ...process.env, ...env } });
    must(status === 0, stderr);
    const check = ({ stdout }) => JSON.parse(stdout.trim().split('\n').at(-1));
    const result = await compare({
      pairs,
      contenders: [
        { name: 'shoal', command: process.execPath, args: () => [here, 'explain', folder, String(rows), String(threads)], check },
        { name: 'lightgbm', command: peerPython, args: () => [script, 'explain', folder, JSON.stringify({ rows, inputs, threads, compared })], check, env },
      ],
    });
    const facts = (who, key) => result.contenders[who].runs.map((run) => run.facts[key]);
    const ratio = (key, clock = 'wall') => median(facts('lightgbm', key).map((theirs, i) => theirs[clock] / facts('shoal', key)[i][clock]));
    const typical = (who, key, clock = 'wall') => median(facts(who, key).map((time) => time[clock]));
    const perRow = (who, key) => `${((typical(who, key, 'cpu') / rows) * 1e6).toFixed(2)} µs`;
    const processor = (key) => `by processor time ${ratio(key, 'cpu').toFixed(2)}×: ${perRow('shoal', key)} and ${perRow('lightgbm', key)} per row`;
    const [ours, theirs] = [facts('shoal', 'said')[0], facts('lightgbm', 'said')[0]];
    const difference = Math.max(...ours.map((value, i) => Math.abs(value - theirs[i])));
    must(ours.length === theirs.length && difference <= 1e-6, `Shapley values differ by ${difference}.`);
    const apart = Math.max(...facts('shoal', 'scores')[0].map((value, i) => Math.abs(value - facts('lightgbm', 'scores')[0][i])));
    must(apart <= 1e-9, `predictions differ by ${apart}.`);
    const alone = median(facts('shoal', 'alone')) * 1e6;
    for (const { runs } of Object.values(result.contenders)) for (const run of runs) [delete run.facts.said, delete run.facts.scores];
    report('predict-shap', { scene: { rows, inputs, trees, leaves, threads }, ...result }, [
      { what: `Shapley values of ${rows} rows ${ratio('explaining').toFixed(1)}× as fast (${typical('shoal', 'explaining').toFixed(2)} s, ${typical('lightgbm', 'explaining').toFixed(2)} s; bar 2×), ${processor('explaining')}; the same to ${difference.toExponential(1)}`, met: ratio('explaining') >= 2 },
      { what: `predictions of ${rows} rows ${ratio('predicting').toFixed(2)}× as fast (${Math.round(rows / typical('shoal', 'predicting'))} rows/s, ${Math.round(rows / typical('lightgbm', 'predicting'))} rows/s; bar 1×), ${processor('predicting')}`, met: ratio('predicting') >= 1 },
      { what: `one row in ${alone.toFixed(1)} µs (bar 20 µs)`, met: alone <= 20 },
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

async function explain(folder, rows, threads) {
  const { openKernel } = await import('../dist/kernel/catalog.js');
  const { importForest } = await import('../dist/predict/import/read.js');
  const { scorer } = await import('../dist/predict/score.js');
  const { treeShap } = await import('../dist/explain/shap.js');
  const forest = importForest(readFileSync(join(folder, 'model.txt'), 'utf8'));
  const bytes = readFileSync(join(folder, 'x.f64'));
  const table = new Float64Array(bytes.buffer, bytes.byteOffset, rows * inputs);
  const x = { rows, inputs: forest.inputs, columns: forest.inputs.map((_, j) => Float64Array.from({ length: rows }, (_, i) => table[i * inputs + j])) };
  const kernel = await openKernel({ threads });
  const few = { ...x, rows: 5000, columns: x.columns.map((column) => column.slice(0, 5000)) };
  const score = scorer(forest);
  // Once before: libraries are loaded and warm on both sides.
  treeShap(forest, few, kernel);
  score.all(few);
  const timed = (work) => {
    const start = performance.now(), before = process.cpuUsage();
    const result = work();
    const { user, system } = process.cpuUsage(before);
    return [{ wall: (performance.now() - start) / 1000, cpu: (user + system) / 1e6 }, result];
  };
  const [explaining, { values, base }] = timed(() => treeShap(forest, x, kernel));
  const [predicting, scores] = timed(() => score.all(x));
  const [all] = timed(() => {
    const out = new Float64Array(1);
    for (let i = 0; i < 20_000; i++) score.one(table.subarray((i % rows) * inputs, (i % rows) * inputs + inputs), out);
  });
  const said = Array.from({ length: compared }, (_, i) => [...values.subarray(i * inputs, (i + 1) * inputs), base[0]]).flat();
  process.stdout.write(`${JSON.stringify({ explaining, predicting, alone: all.wall / 20_000, said, scores: [...scores.subarray(0, compared)] })}\n`);
  await kernel.close();
}
