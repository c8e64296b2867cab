// Every predictor whose models are trees or weighted sums can be scored in SQL and JavaScript and be explained, with the library's own numbers; the others say that they cannot.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createContext } from '../../src/context.js';
import { type Answers, type Examples, outputsOf, type Task } from '../../src/domain/examples.js';
import { applyLink } from '../../src/domain/forest.js';
import type { Calibration } from '../../src/domain/prediction.js';
import { openEngine } from '../../src/engine/catalog.js';
import type { Engine } from '../../src/engine/engine.js';
import { predictionJs, predictionSql, shapleyValues } from '../../src/flow/predict/formula.js';
import { openKernel } from '../../src/kernel/catalog.js';
import { applyCalibrations } from '../../src/predict/calibrate.js';
import { predictorNamed, predictors } from '../../src/predict/catalog.js';
import { createRng } from '../../src/util/rng.js';
import { quoteName, quoteText } from '../../src/util/quote.js';

const kernel = await openKernel({ threads: 2 });
let engine: Engine;
beforeAll(async () => {
  engine = await openEngine({ threads: 2 });
});
afterAll(() => Promise.all([engine.close(), kernel.close()]));

const cases = Object.keys(predictors).flatMap((name) => predictorNamed(name).traits.tasks.map((task) => [name, task] as const));

describe.each(cases)('%s of task %s', (name, task) => {
  const predictor = predictorNamed(name);
  const learnt = async () => {
    const { x, y } = drawn(task, 400, 1);
    return { predictor: name, params: await predictor.fit(x, y, predictor.options.parse({}), createContext({ seed: 3 }), kernel), outputs: outputsOf(y) };
  };

  it(predictor.forest || predictor.linear ? 'is scored and explained everywhere alike' : 'says that it is no formula', async () => {
    const { outputs, ...fitted } = await learnt();
    const calibration: Calibration[] = task === 'regression' ? [{ method: 'none' }] : Array.from({ length: outputs }, (_, o) => ({ method: 'platt', a: -1 - o / 4, b: 0.1, logOdds: true }));
    const model = { ...fitted, calibration };
    if (!predictor.forest && !predictor.linear) {
      expect(() => predictionSql(model, { from: 't' })).toThrow(expect.objectContaining({ code: 'predict/no-formula' }));
      expect(() => predictionJs(model)).toThrow(predictor.title);
      return;
    }
    const { x } = drawn(task, 300, 2);
    const said = predictor.predict(model.params, x);
    const expected = applyCalibrations(calibration, said);
    const close = (found: ArrayLike<number>, wanted: ArrayLike<number>, what: string) => {
      expect(found.length, what).toBe(wanted.length);
      for (let i = 0; i < wanted.length; i++) expect(Math.abs(found[i] - wanted[i]), `${what}, ${i}`).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(wanted[i])));
    };

    const { predict } = await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(predictionJs(model))}`) as { predict(row: object): number | number[] };
    close(Array.from({ length: x.rows }, (_, i) => predict(Object.fromEntries(x.inputs.map(({ name: input, categories }, j) => [input, categories ? categories[x.columns[j][i]] : x.columns[j][i]])))).flat(), expected, 'JavaScript');

    const columns = x.inputs.map(({ categories }, j) => Array.from(x.columns[j], (value) => (Number.isNaN(value) ? 'NULL' : categories ? quoteText(categories[value]) : value.toExponential())));
    await engine.run(`CREATE OR REPLACE TABLE asked AS SELECT * FROM (VALUES ${Array.from({ length: x.rows }, (_, i) => `(${[i, ...columns.map((column) => column[i])].join(', ')})`).join(', ')}) AS t(${['entity', ...x.inputs.map((input) => quoteName(input.name))].join(', ')})`);
    const { columns: [, ...scored] } = await engine.columns(`${predictionSql(model, { from: 'asked' })} ORDER BY entity`);
    close(Array.from({ length: x.rows }, (_, i) => scored.map(({ values }) => Number(values[i]))).flat(), expected, 'SQL');

    const { values, base, inputs } = await shapleyValues(model, x);
    const sums = Float64Array.from({ length: said.length }, (_, v) => values.subarray(v * inputs, (v + 1) * inputs).reduce((sum, value) => sum + value, base[v % outputs]));
    const link = (predictor.forest?.(model.params) ?? predictor.linear!(model.params)).link;
    close(applyLink(link, sums, outputs), said, 'Shapley values');
  });
});

/** Numbers and a category, some of all missing, and an answer that follows them. */
function drawn(task: Task, rows: number, seed: number): { x: Examples; y: Answers } {
  const rng = createRng(seed, 'formulas');
  const inputs = [{ name: 'spend' }, { name: 'days "since"' }, { name: 'noise' }, { name: 'plan', categories: ['free', "team's", 'pro'] }];
  const columns = inputs.map(({ categories }) => Float64Array.from({ length: rows }, () => (rng.next() < 0.05 ? Number.NaN : categories ? rng.int(3) : Math.exp(rng.normal()))));
  const known = (j: number, i: number) => (Number.isNaN(columns[j][i]) ? 0 : columns[j][i]);
  const signal = Float64Array.from({ length: rows }, (_, i) => Math.log(0.2 + known(0, i)) - 0.4 * known(1, i) + (known(3, i) === 1 ? 1 : 0) + rng.normal() * 0.5);
  const values = task === 'regression' ? signal : signal.map((value) => (task === 'binary' ? Number(value > -0.2) : value > 0.2 ? 2 : value > -0.8 ? 1 : 0));
  return { x: { rows, inputs, columns }, y: { task, values, ...(task !== 'regression' && { classes: task === 'binary' ? ['no', 'yes'] : ['low', 'middle', 'high'] }) } };
}
