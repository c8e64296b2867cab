import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Examples, Input } from '../src/domain/examples.js';
import { treeShap } from '../src/explain/shap.js';
import { referenceKernel } from '../src/kernel/reference.js';
import { importForest } from '../src/predict/import/read.js';
import { scorer } from '../src/predict/score.js';

interface Golden {
  readonly versions: Readonly<Record<string, string>>;
  readonly inputs: readonly Input[];
  readonly cases: readonly {
    readonly name: string;
    readonly model: string;
    readonly rows: readonly (readonly (number | string | null)[])[];
    readonly predicted: readonly (number | readonly number[])[];
    readonly contributions: readonly (readonly number[] | readonly (readonly number[])[])[];
  }[];
}

describe.each([['LightGBM', 'lightgbm-models.json'], ['XGBoost', 'xgboost-models.json']])('models that %s saved', (_, file) => {
  const golden = JSON.parse(readFileSync(new URL(`golden/${file}`, import.meta.url), 'utf8')) as Golden;

  it.each(golden.cases)('predict what it predicts, on thresholds and beside them too: $name', ({ model, rows, predicted }) => {
    const found = scorer(importForest(model)).all(examplesOf(golden.inputs, rows));
    const expected = predicted.flat();
    expect(found.length).toBe(expected.length);
    found.forEach((value, i) => expect(Math.abs(value - expected[i]), `row ${i}`).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(expected[i]))));
  });

  it.each(golden.cases)('are explained as it explains them: $name', ({ name, model, rows, contributions }) => {
    const forest = importForest(model);
    const x = examplesOf(golden.inputs, rows.slice(0, contributions.length));
    const { values, base } = treeShap(forest, x, referenceKernel());
    // There the sums are multiplied with the sigmoid afterwards, and the trees of a random forest are not averaged.
    const factor = name.includes('sigmoid') ? 1 / 0.7 : file.startsWith('lightgbm') && name === 'random forest' ? forest.trees.length : 1;
    const d = forest.inputs.length;
    contributions.forEach((row, i) => row.flat().forEach((value, c) => {
      const [o, j] = [Math.floor(c / (d + 1)), c % (d + 1)];
      const own = j === d ? base[o] : values[(i * forest.outputs + o) * d + j];
      expect(Math.abs(own * factor - value), `row ${i}, ${j === d ? 'base' : forest.inputs[j].name}`).toBeLessThanOrEqual(1e-6);
    }));
  });

  it.each(golden.cases)('refuse to be read where they are cut off or altered, with one sentence: $name', ({ model }) => {
    const cuts = [0.02, 0.3, 0.6, 0.9].map((share) => model.slice(0, Math.floor(model.slice(0, model.indexOf('end of trees') >>> 0).length * share)));
    for (const text of cuts) expect(() => importForest(text), text.slice(-50)).toThrow(expect.objectContaining({ code: 'predict/bad-model' }));
  });
});

function examplesOf(inputs: readonly Input[], rows: Golden['cases'][number]['rows']): Examples {
  const columns = inputs.map(({ categories }, j) => Float64Array.from(rows, (row) => {
    const value = row[j];
    return value === null ? Number.NaN : typeof value === 'string' ? categories!.indexOf(value) : value;
  }));
  return { rows: rows.length, inputs, columns };
}
