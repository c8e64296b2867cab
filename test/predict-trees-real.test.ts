import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { createContext } from '../src/context.js';
import { answersAt, examplesAt, type Answers, type Examples } from '../src/domain/examples.js';
import { openKernel } from '../src/kernel/catalog.js';
import { predictorNamed, type PredictorName } from '../src/predict/catalog.js';
import { auc, rank } from '../src/predict/metrics.js';
import { dataFolder, root } from './support/shoal.js';

/** What LightGBM and scikit-learn reach on the same splits; made by test/golden/trees.py. */
const golden: Record<'telco' | 'adult', Record<string, number[]>> = JSON.parse(readFileSync(join(root, 'test/golden/trees.json'), 'utf8'));
const kernel = await openKernel({ threads: 2 });
afterAll(() => kernel.close());

const options: Partial<Record<PredictorName, object>> = {
  'boosted-trees': { trees: 100, learningRate: 0.07, leaves: 15, lambda: 0, inputShare: 1, patience: 0 },
  'random-forest': { trees: 100, leafRows: 5 },
  'decision-tree': {},
};

/** A CSV whose fields hold no commas: texts are categories, NA and nothing are missing. */
function table(files: readonly string[], answer: string, positive: string): { x: Examples; y: Answers } {
  const lines = files.flatMap((file, k) => {
    const bytes = readFileSync(join(dataFolder!, file));
    return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8').trim().split(/\r?\n/).slice(k === 0 ? 0 : 1);
  });
  const [names, ...rows] = lines.map((line) => line.split(',').map((field) => field.replaceAll('"', '').trim()));
  const kept = names.filter((name) => name !== answer);
  const columns = kept.map((name) => rows.map((row) => row[names.indexOf(name)]));
  const missing = (value: string) => value === '' || value === 'NA';
  const inputs = kept.map((name, j) => {
    const values = [...new Set(columns[j].filter((value) => !missing(value)))];
    return values.every((value) => Number.isFinite(Number(value))) ? { name } : { name, categories: values.sort() };
  });
  const codes = columns.map((column, j) => Float64Array.from(column, (value) => (missing(value) ? NaN : (inputs[j].categories?.indexOf(value) ?? Number(value)))));
  return { x: { rows: rows.length, inputs, columns: codes }, y: { task: 'binary', values: Float64Array.from(rows, (row) => (row[names.indexOf(answer)].startsWith(positive) ? 1 : 0)) } };
}

/** As `split` in trees.py. */
const isTest = (i: number, s: number) => (Math.imul(i + s * 100_003, 2_654_435_761 | 0) >>> 16) % 5 === 0;

describe.skipIf(!dataFolder)('trees on real data (need the data folder: SHOAL_DATA)', () => {
  const sets = {
    telco: () => table(['telco-churn-ibm/telco_churn_7043.csv'], 'churn', 'Yes'),
    adult: () => table(['adult-census/adult_train.csv.gz', 'adult-census/adult_test.csv.gz'], 'class', '>50K'),
  };
  const cases = (['telco', 'adult'] as const).flatMap((set) => (Object.keys(options) as PredictorName[]).map((name) => [name, set] as const));
  it.each(cases)('%s tell %s apart as well as those of LightGBM and scikit-learn, over five splits', { timeout: 300_000 }, async (name, set) => {
    const { x, y } = sets[set]();
    const predictor = predictorNamed(name);
    const aucs: number[] = [];
    for (let s = 0; s < 5; s++) {
      const all = Int32Array.from({ length: x.rows }, (_, i) => i);
      const train = all.filter((i) => !isTest(i, s));
      const test = all.filter((i) => isTest(i, s));
      const params = await predictor.fit(examplesAt(x, train), answersAt(y, train), predictor.options.parse(options[name]), createContext({ seed: s }), kernel);
      aucs.push(auc(rank(answersAt(y, test).values, predictor.predict(params, examplesAt(x, test)))));
    }
    const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    expect(mean(aucs), `${aucs.map((found) => found.toFixed(4))} beside ${golden[set][name].map((found) => found.toFixed(4))}`).toBeGreaterThan(mean(golden[set][name]) - 0.003);
  });
});
