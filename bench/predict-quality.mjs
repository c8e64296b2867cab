// How well two answers are foretold: `auto` (cross-validated, the simpler where it costs hardly anything, calibrated) and boosted trees with their defaults against LightGBM tuned by a
// random search (bench/peers/predict-quality.py says which), on the same repeated splits of real tables; the same inputs and scores for all. Goals: area within 0.003 of the tuned
// LightGBM on average over the splits, ECE at most 0.02 where there are 10,000 rows.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { dataFile, flags, machine, main, must, peerPython, requirePeer, root, say } from './measure.mjs';

const tables = ['telco-churn-ibm', 'marketing-campaign', 'german-credit', 'adult-census', 'diabetes-readmission', 'breast_cancer', 'digits-odd', 'wine-first'];
/** Whether customers of online-retail order within so many days: features as of past instants, tested on the last ones. A split each. */
const repeat = { name: 'online-retail-repeat', horizons: [30, 45, 60, 90] };
const results = join(root, 'bench', 'results');
const cache = join(results, 'predict-quality');
const script = join(root, 'bench', 'peers', 'predict-quality.py');

await main(async () => {
  const { sets, seed, from, splits, trials, reuse } = flags({ sets: [...tables, repeat.name].join(','), seed: 1, from: 0, splits: 3, trials: 0, reuse: false });
  requirePeer('numpy', 'pandas', 'sklearn', 'lightgbm');
  mkdirSync(cache, { recursive: true });
  const path = join(results, 'predict-quality.json');
  const earlier = () => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).results : []);
  for (const name of sets.split(',')) {
    must([...tables, repeat.name].includes(name), `there is no set '${name}'. There are: ${[...tables, repeat.name].join(', ')}.`);
    for (let split = from; split < Math.min(from + splits, name === repeat.name ? repeat.horizons.length : Infinity); split++) {
      const found = await against(name, seed, split, trials, reuse);
      // Read again: others may have run splits meanwhile.
      const all = earlier();
      const same = all.findIndex((one) => one.name === name && one.seed === seed && one.split === split);
      all.splice(same < 0 ? all.length : same, same < 0 ? 0 : 1, found);
      writeFileSync(path, `${JSON.stringify({ name: 'predict-quality', machine: machine(), results: all }, null, 1)}\n`);
    }
    if (!told(earlier().filter((one) => one.name === name && one.seed === seed))) process.exitCode = 1;
  }
});

async function against(name, seed, split, trials, reuse) {
  const { createContext } = await import('../dist/context.js');
  const { examplesAt, answersAt } = await import('../dist/domain/examples.js');
  const { openKernel } = await import('../dist/kernel/catalog.js');
  const { chooseModel, predictChosen } = await import('../dist/predict/auto.js');
  const { compareModels, evaluate } = await import('../dist/predict/evaluate.js');
  const { learn } = await import('../dist/flow/predict/learn.js');
  const base = `${name}-${seed}-${split}`;
  const python = async (...args) => must((await once(spawn(peerPython, [script, ...args.map(String)], { stdio: ['ignore', 'inherit', 'inherit'] }), 'exit'))[0] === 0, 'the peer failed.');
  if (name === repeat.name) await repeatTable(base, repeat.horizons[split]);
  else await python('table', join(dataFile('telco-churn-ibm'), '..'), cache, name, seed, split);
  const { rows, inputs, train, test, groups, cuts, lead } = JSON.parse(readFileSync(join(cache, `${base}.json`), 'utf8'));
  // Beside our fits: what is told of both is the time of their own processor.
  const tuned = reuse && existsSync(join(cache, `${base}.peer.json`)) ? undefined : python('tune', cache, base, trials || 16);
  const bytes = readFileSync(join(cache, `${base}.f64`));
  const numbers = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8);
  const column = (j) => numbers.slice(j * rows, (j + 1) * rows);
  const x = { rows, inputs, columns: inputs.map((_, j) => column(j)) };
  const y = { task: 'binary', classes: ['no', 'yes'], values: column(inputs.length) };
  const [learnt, later] = [Int32Array.from(train), Int32Array.from(test)];
  const kernel = await openKernel({ threads: 2 });
  const context = createContext({ seed: seed * 1000 + split, threads: 2 });
  const truth = answersAt(y, later);
  const score = (predicted) => {
    const { scores: { auc, ece, logLoss, brier }, rate, predictedRate } = evaluate(truth, predicted, context);
    return { auc: auc.value, ece: ece.value, logLoss: logLoss.value, brier: brier.value, rate: rate.value, predictedRate };
  };
  const entities = groups && train.map((i) => `${groups[i]}`);
  const own = { examples: examplesAt(x, learnt), answers: answersAt(y, learnt) };
  const usual = { predictor: 'boosted-trees', candidates: [{ predictor: 'boosted-trees', options: {} }] };
  const ways = {
    auto: () => (cuts ? learn({ ...own, entities, cuts: Float64Array.from(train, (i) => cuts[i]) }, 'auto', lead, context, kernel) : chooseModel(own.examples, own.answers, entities ? { groups: entities } : {}, context, kernel)),
    'boosted trees': () => chooseModel(own.examples, own.answers, entities ? { groups: entities, ...usual } : usual, context, kernel),
  };
  const ours = {};
  for (const [who, choose] of Object.entries(ways)) {
    const start = process.cpuUsage();
    const model = await choose();
    const predicted = predictChosen(model, examplesAt(x, later));
    const { user, system } = process.cpuUsage(start);
    ours[who] = { predicted, processor: (user + system) / 1e6, tried: model.candidates.length - 1, predictor: model.predictor, options: model.options, calibration: model.calibration[0].method };
  }
  await kernel.close();
  await tuned;
  const peer = JSON.parse(readFileSync(join(cache, `${base}.peer.json`), 'utf8'));
  const found = { name, seed, split, date: new Date().toISOString(), load: loadavg()[0], rows, tested: test.length, inputs: inputs.length, versions: peer.versions };
  for (const [who, { predicted, ...one }] of Object.entries(ours)) found[who] = { ...score(predicted), gain: compareModels(truth, predicted, Float64Array.from(peer.p), 'auc', context).gain, ...one };
  found.LightGBM = { ...score(Float64Array.from(peer.p)), processor: peer.seconds, tried: peer.trials, setting: peer.setting };
  found['LightGBM as it comes'] = { ...score(Float64Array.from(peer.usual)) };
  say(`${base}: auto ${found.auto.auc.toFixed(4)} (${found.auto.predictor}, ${found.auto.calibration}), boosted trees ${found['boosted trees'].auc.toFixed(4)}, LightGBM ${found.LightGBM.auc.toFixed(4)} (as it comes ${found['LightGBM as it comes'].auc.toFixed(4)})`);
  return found;
}

/** The rows that `shoal predict` learns from and tests on, as a table like those of the peer's script. */
async function repeatTable(base, days) {
  const { createContext } = await import('../dist/context.js');
  const { openEngine } = await import('../dist/engine/catalog.js');
  const { ingest } = await import('../dist/ingest/ingest.js');
  const { instantsOf, timedSet } = await import('../dist/flow/predict/learning-set.js');
  const engine = await openEngine({ threads: 2 });
  const context = createContext({ threads: 2 });
  const ingested = await ingest([dataFile('online-retail/online_retail.csv.gz')], {}, engine, context);
  const options = { gap: 0, sensitive: false, known: [] };
  const session = { ingested, engine, context };
  const { train, test, learned } = await timedSet({ any: 'orders', within: days, unit: 'days' }, await instantsOf(days, options, session), options, session);
  await engine.close();
  const parts = [train, test];
  const numbers = [...train.examples.inputs.map((_, j) => parts.map(({ examples }) => examples.columns[j])), parts.map(({ answers }) => answers.values)].flat();
  writeFileSync(join(cache, `${base}.f64`), Buffer.concat(numbers.map((column) => Buffer.from(column.buffer, column.byteOffset, column.byteLength))));
  const entities = parts.flatMap((part) => part.entities);
  const code = new Map([...new Set(entities)].map((entity, i) => [entity, i]));
  const last = train.examples.rows;
  const rows = last + test.examples.rows;
  const every = Array.from({ length: rows }, (_, i) => i);
  writeFileSync(join(cache, `${base}.json`), JSON.stringify({
    rows, inputs: train.examples.inputs.map(({ name }) => ({ name })), train: every.slice(0, last), test: every.slice(last), groups: entities.map((entity) => code.get(entity)),
    cuts: parts.flatMap(({ cuts }) => [...cuts]), lead: learned.until - learned.cuts.at(-1),
  }));
}

/** Prints the means over the splits of a set and says whether the goals are met. ± is the half of DeLong's interval of 95 % of one split's difference. */
function told(found) {
  const [{ name, rows, inputs, seed }] = found;
  const mean = (who, of) => found.reduce((sum, one) => sum + one[who][of], 0) / found.length;
  const line = (who) => `         ${who.padEnd(22)} AUC ${mean(who, 'auc').toFixed(4)}  ECE ${mean(who, 'ece').toFixed(4)}  log loss ${mean(who, 'logLoss').toFixed(4)}${found[0][who].processor ? `  ${mean(who, 'processor').toFixed(1)} s` : ''}`;
  const difference = mean('auto', 'auc') - mean('LightGBM', 'auc');
  const noise = found.reduce((sum, { auto: { gain } }) => sum + (gain.high - gain.low) / 2, 0) / found.length;
  const met = difference >= -0.003 && (rows < 10_000 || mean('auto', 'ece') <= 0.02);
  process.stdout.write(`${met ? 'met    ' : 'not met'}  ${name} (${rows} × ${inputs}, seed ${seed}, ${found.length} splits): ${difference >= 0 ? '+' : ''}${difference.toFixed(4)} ± ${noise.toFixed(4)}\n${['auto', 'boosted trees', 'LightGBM', 'LightGBM as it comes'].map(line).join('\n')}\n`);
  return met;
}
