import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Prediction, PredictionModel } from '../src/domain/prediction.js';
import { dataFolder, emptyFolder, shoal } from './support/shoal.js';

interface Target {
  readonly name: string;
  readonly model: PredictionModel;
  readonly predictions: readonly Prediction[];
}

/** What comes of a real file with no flag. `auc` is the least area under the curve on rows that were not learnt from; what others report on such data, less what chance takes. */
const expected: readonly { name: string; file: string; targets: readonly { name: string; auc: number; classes?: readonly string[] }[]; rows: number; flags?: readonly string[]; most?: number; long?: true }[] = [
  { name: 'telco-churn-ibm', file: 'telco-churn-ibm/telco_churn_7043.csv', targets: [{ name: 'churn', auc: 0.82, classes: ['No', 'Yes'] }], rows: 7043 },
  { name: 'marketing-campaign', file: 'marketing-campaign/marketing_campaign.csv', targets: [{ name: 'response', auc: 0.84 }], rows: 2240 },
  { name: 'german-credit', file: 'german-credit/GermanCredit.csv', targets: [{ name: 'credit_risk', auc: 0.68 }], rows: 1000 },
  { name: 'adult-census', file: 'adult-census/adult_train.csv.gz', targets: [{ name: 'class', auc: 0.92, classes: ['<=50K', '>50K'] }], rows: 32_561, flags: ['--predictor', 'boosted-trees'], long: true },
  { name: 'online-retail', file: 'online-retail/online_retail.csv.gz', targets: [{ name: 'orders_90d', auc: 0.72 }, { name: 'no_orders_90d', auc: 0.72 }], rows: 4372 },
  { name: 'cdnow', file: 'cdnow/CDNOW_master.txt.gz', targets: [{ name: 'orders_90d', auc: 0.82 }, { name: 'no_orders_90d', auc: 0.7 }], rows: 23_570, long: true },
  // Several encounters of a patient are on one side of the test; below 30 days is what one asks for.
  { name: 'diabetes-readmission', file: 'diabetes-readmission/diabetic_data.csv.gz', targets: [{ name: 'readmitted_30', auc: 0.63, classes: ['not <30', '<30'] }], rows: 101_766, flags: ['--target', 'readmitted=<30', '--predictor', 'boosted-trees'], most: 0.72, long: true },
];

describe.skipIf(!dataFolder)('predict on real files, with no flag but those listed (needs the data folder: SHOAL_DATA)', () => {
  for (const want of expected) {
    it.skipIf(want.long && !process.env['SHOAL_LONG'])(`${want.name}${want.long ? ' (a minute or so: with SHOAL_LONG=1)' : ''}`, async () => {
      const out = join(await emptyFolder(), 'out');
      const { code, stdout, stderr } = await shoal(['predict', join(dataFolder!, want.file), '--out', out, '--json', ...(want.flags ?? [])]);
      expect(code, stderr).toBe(0);
      const { targets }: { targets: Target[] } = JSON.parse(stdout);
      expect(targets.map(({ name }) => name)).toEqual(want.targets.map(({ name }) => name));
      for (const [k, { model, predictions }] of targets.entries()) {
        const { auc, classes } = want.targets[k];
        expect(predictions.length).toBe(want.rows);
        if (classes) expect(model.classes).toEqual(classes);
        const { evaluation, naive, card } = model;
        if (evaluation.task !== 'binary' || naive.task !== 'binary') throw new Error('not of two answers');
        expect(evaluation.scores.auc!.value).toBeGreaterThan(auc);
        expect(evaluation.scores.auc!.value).toBeLessThan(want.most ?? 0.96);
        expect(evaluation.scores.brier.value).toBeLessThan(naive.scores.brier.value);
        if (card.learned.cuts.length) expect(card.learned.until).toBeLessThanOrEqual(card.tested.cuts[0]);
        for (const { probability } of predictions) expect(probability === undefined || (probability >= 0 && probability <= 1)).toBe(true);
      }
      expect(await readdir(out)).toEqual(expect.arrayContaining(['model-card.md', 'prediction-model.json', 'predictions.csv', 'predictions.parquet']));
      expect((await readFile(join(out, 'predictions.csv'), 'utf8')).trimEnd().split('\n').length).toBe(want.rows + 1);
    }, 900_000);
  }
});

it('in the synthetic market, those who were let down and stopped are held likely to stay away, and the loyal ones to come back', async () => {
  const cwd = await emptyFolder('shoal-market');
  expect((await shoal(['demo', '--customers', '1500', '--seed', '5', '--out', 'market', '--quiet'], { cwd })).code).toBe(0);
  const files = ['customers', 'products', 'orders', 'support'].map((name) => `market/${name}.csv`);
  const run = await shoal(['predict', ...files, '--target', 'any orders 60d', '--predictor', 'logistic-regression', '--json'], { cwd });
  expect(run.code, run.stderr).toBe(0);
  const [{ model, predictions }]: Target[] = JSON.parse(run.stdout).targets;
  const [, ...truth] = (await readFile(join(cwd, 'market/truth/truth.csv'), 'utf8')).trim().split('\n');
  const segment = new Map(truth.map((line) => line.split(',').slice(0, 2) as [string, string]));
  const chances = (name: string) => predictions.filter(({ entity }) => segment.get(entity) === name).map(({ probability }) => probability!);
  const [lapsing, loyal] = [chances('lapsing high value'), chances('loyal high spenders')];
  expect(lapsing.length).toBeGreaterThan(50);
  const higher = lapsing.reduce((sum, p) => sum + loyal.filter((q) => q > p).length, 0) / (lapsing.length * loyal.length);
  expect(higher).toBeGreaterThan(0.9);
  expect(model.leftOut.filter(({ why }) => why === 'untimed').length).toBeGreaterThan(0);
}, 300_000);
