// How well two answers are foretold: `auto` (cross-validated, one-standard-error rule, calibrated) and boosted trees with their defaults against LightGBM tuned by cross-validation
// (bench/peers/predict-quality.py), on the same repeated splits of real tables; the same scores for all. Goals: area within 0.003 on average over the splits, ECE at most 0.02
// where there are 10,000 rows.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataFile, flags, machine, main, must, peerPython, requirePeer, root, say } from './measure.mjs';

const all = ['telco-churn-ibm', 'marketing-campaign', 'german-credit', 'adult-census', 'diabetes-readmission', 'breast_cancer', 'digits-odd', 'wine-first'];
const cache = join(root, 'bench', 'results', 'predict-quality');

await main(async () => {
  const { sets, seed, reuse } = flags({ sets: all.join(','), seed: 1, reuse: false });
  requirePeer('numpy', 'pandas', 'sklearn', 'lightgbm');
  mkdirSync(cache, { recursive: true });
  const found = [];
  for (const name of sets.split(',')) {
    must(all.includes(name), `there is no set '${name}'. There are: ${all.join(', ')}.`);
    if (!(reuse && existsSync(join(cache, `${name}.json`)))) {
      const { status } = spawnSync(peerPython, [join(root, 'bench', 'peers', 'predict-quality.py'), join(dataFile('telco-churn-ibm'), '..'), cache, name, `${seed}`], { stdio: ['ignore', 'inherit', 'inherit'] });
      must(status === 0, 'the peer failed.');
    }
    found.push(await against(name, seed));
    print(found.at(-1));
  }
  const path = join(root, 'bench', 'results', 'predict-quality.json');
  const kept = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).sets.filter((set) => !found.some(({ name }) => name === set.name)) : [];
  writeFileSync(path, `${JSON.stringify({ name: 'predict-quality', date: new Date().toISOString(), machine: machine(), seed, sets: [...kept, ...found] }, null, 1)}\n`);
  if (found.some(({ met }) => !met)) process.exitCode = 1;
});

async function against(name, seed) {
  const { createContext } = await import('../dist/context.js');
  const { examplesAt, answersAt } = await import('../dist/domain/examples.js');
  const { openKernel } = await import('../dist/kernel/catalog.js');
  const { chooseModel, predictChosen } = await import('../dist/predict/auto.js');
  const { evaluate } = await import('../dist/predict/evaluate.js');
  const { rows, inputs, splits, groups, versions } = JSON.parse(readFileSync(join(cache, `${name}.json`), 'utf8'));
  const bytes = readFileSync(join(cache, `${name}.f64`));
  const numbers = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8);
  const column = (j) => numbers.slice(j * rows, (j + 1) * rows);
  const x = { rows, inputs, columns: inputs.map((_, j) => column(j)) };
  const y = { task: 'binary', classes: ['no', 'yes'], values: column(inputs.length) };
  const kernel = await openKernel({ threads: 2 });
  const results = [];
  for (const [r, { test, p, setting, seconds }] of splits.entries()) {
    const held = new Set(test);
    const train = Int32Array.from({ length: rows }, (_, i) => i).filter((i) => !held.has(i));
    const context = createContext({ seed: seed + r, threads: 2 });
    const [later, truth] = [examplesAt(x, Int32Array.from(test)), answersAt(y, Int32Array.from(test))];
    const owners = groups ? { groups: Array.from(train, (i) => `${groups[i]}`) } : {};
    const score = (predicted) => {
      const { auc, ece, logLoss, brier } = evaluate(truth, predicted, context).scores;
      return { auc: auc.value, ece: ece.value, logLoss: logLoss.value, brier: brier.value };
    };
    const ours = {};
    for (const [who, options] of [['auto', owners], ['boosted trees', { ...owners, predictor: 'boosted-trees', candidates: [{ predictor: 'boosted-trees', options: {} }] }]]) {
      const start = performance.now();
      const model = await chooseModel(examplesAt(x, train), answersAt(y, train), options, context, kernel);
      ours[who] = { ...score(predictChosen(model, later)), seconds: (performance.now() - start) / 1000, predictor: model.predictor, calibration: model.calibration[0].method };
    }
    results.push({ ...ours, LightGBM: { ...score(Float64Array.from(p)), seconds, setting } });
    say(`${name} ${r + 1}/${splits.length}: auto ${results[r].auto.auc.toFixed(4)} (${results[r].auto.predictor}, ${results[r].auto.calibration}), boosted trees ${results[r]['boosted trees'].auc.toFixed(4)}, LightGBM ${results[r].LightGBM.auc.toFixed(4)}`);
  }
  await kernel.close();
  const who = Object.keys(results[0]);
  const mean = (one, of) => results.reduce((sum, result) => sum + result[one][of], 0) / results.length;
  const means = Object.fromEntries(who.map((one) => [one, Object.fromEntries(['auc', 'ece', 'logLoss', 'brier', 'seconds'].map((of) => [of, mean(one, of)]))]));
  const close = means.auto.auc >= means.LightGBM.auc - 0.003;
  const calibrated = rows < 10_000 || means.auto.ece <= 0.02;
  return { name, rows, inputs: inputs.length, splits: results.length, versions, means, met: close && calibrated, results };
}

function print({ name, rows, inputs, splits, means, met }) {
  const cell = ({ auc, ece, logLoss, seconds }) => `AUC ${auc.toFixed(4)}  ECE ${ece.toFixed(4)}  log loss ${logLoss.toFixed(4)}  ${seconds.toFixed(1)} s`;
  process.stdout.write(`${met ? 'met    ' : 'not met'}  ${name} (${rows} × ${inputs}, ${splits} splits)\n${Object.entries(means).map(([who, scores]) => `         ${who.padEnd(14)} ${cell(scores)}`).join('\n')}\n`);
}
