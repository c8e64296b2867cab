import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createContext } from '../../context.js';
import type { Answers, Examples } from '../../domain/examples.js';
import type { LinearModel } from '../../domain/forest.js';
import { openKernel } from '../../kernel/catalog.js';
import { designRows, fitDesign } from '../design.js';
import { createRng } from '../../util/rng.js';
import { auc, averagePrecision, brier, logLoss, rank } from '../metrics.js';
import { linearRegression } from './linear-regression.js';
import { widestMargin } from './linear-svm.js';
import { logisticRegression } from './logistic-regression.js';

// Frozen by test/golden/linear.py (scikit-learn 1.9).
const golden = JSON.parse(readFileSync(new URL('../../../test/golden/linear.json', import.meta.url), 'utf8'));
const kernel = await openKernel({ threads: 1 });
const context = createContext();

function examplesOf(rows: readonly (readonly number[])[]): Examples {
  return { rows: rows.length, inputs: rows[0].map((_, j) => ({ name: `x${j}` })), columns: rows[0].map((_, j) => Float64Array.from(rows, (row) => row[j])) };
}

function answersOf(task: Answers['task'], values: readonly number[]): Answers {
  return { task, values: Float64Array.from(values), ...(task !== 'regression' && { classes: [...new Set(values)].sort().map(String) }) };
}

/** Weights by input (terms of weight 0 are left out) and output, all of the first output first, as scikit-learn has them. */
function coefficients(model: LinearModel): number[] {
  return Array.from({ length: model.outputs }, (_, o) => model.inputs.map((_, j) => model.terms.find((term) => term.input === j)?.weights[o] ?? 0)).flat();
}

const { cancer, wine } = golden;
const x = examplesOf(cancer.x);

function near(found: ArrayLike<number>, expected: readonly number[], within: number): void {
  expect(found.length).toBe(expected.length);
  expected.forEach((value, j) => expect(Math.abs(found[j] - value), `${j}: ${found[j]} is not ${value}`).toBeLessThan(within));
}

describe('logistic regression', () => {
  const fit = (answers: Answers, options: object, rows = x) => logisticRegression.fit(rows, answers, logisticRegression.options.parse({ even: false, ...options }), context, kernel);

  it('of breast_cancer is that of scikit-learn to nine digits, and the published fixture', async () => {
    const model = await fit(answersOf('binary', cancer.y), {});
    near(model.base, golden.logistic.intercept, 1e-9);
    near(coefficients(model), golden.logistic.coef, 1e-9);
    // Published from a run of lbfgs that stopped 2e-7 short of the minimum, where Newton's method of both tools agrees to 1e-11.
    near(model.base, [0.21450295], 3e-7);
    near(coefficients(model).slice(0, 5), [-0.3630927146, -0.3876752832, -0.3510622996, -0.4356092344, -0.1618317438], 8e-7);
    const p = logisticRegression.predict(model, x);
    const ranking = rank(cancer.y, p);
    near([logLoss(cancer.y, p), auc(ranking), brier(cancer.y, p), averagePrecision(ranking)], [0.0533918578, 0.9974499234, 0.0127996747, 0.9982729], 5e-9);
  });

  it('balances classes as scikit-learn does', async () => {
    const balanced = await fit(answersOf('binary', cancer.y), { balanced: true });
    near(balanced.base, golden.balanced.intercept, 1e-8);
    near(coefficients(balanced), golden.balanced.coef, 1e-8);
  });

  it.each([['lasso', 10, 1], ['elastic', 5, 0.4]])('with absolute values in the penalty (%s) is that of scikit-learn, zeros included', async (name, penalty, l1Share) => {
    const model = await fit(answersOf('binary', cancer.y), { penalty, l1Share });
    near(model.base, golden[name].intercept, 1e-5);
    near(coefficients(model), golden[name].coef, 1e-5);
    expect(coefficients(model).map((value) => value === 0)).toEqual(golden[name].coef.map((value: number) => value === 0));
    expect(coefficients(model).filter((value) => value === 0).length).toBeGreaterThan(5);
  });

  it.each([['multinomial', 1, 0, 1e-7], ['multinomialLasso', 5, 1, 1e-5]])('of three classes (%s) is that of scikit-learn', async (name, penalty, l1Share, within) => {
    const rows = examplesOf(wine.x);
    const model = await fit(answersOf('multiclass', wine.y), { penalty, l1Share }, rows);
    const centred = (values: readonly number[]) => values.map((value) => value - values.reduce((a, b) => a + b, 0) / 3);
    near(centred([...model.base]), centred(golden[name].intercept), within);
    near(coefficients(model), golden[name].coef, within);
  });
});

describe('linear regression', () => {
  const { diabetes, regression } = golden;
  const n = diabetes.y.length;
  const rows = examplesOf(diabetes.x);
  const penalties: [string, number, number][] = [['plain', 0, 0], ['ridge', 10, 0], ['lasso', (2 * n) / regression.deviation, 1], ['elastic', (n * (0.7 + 0.3 * regression.deviation)) / regression.deviation, 0.7 / (0.7 + 0.3 * regression.deviation)]];

  it.each(penalties)('%s is that of scikit-learn', async (name, penalty, l1Share) => {
    const model = await linearRegression.fit(rows, answersOf('regression', diabetes.y), linearRegression.options.parse({ even: false, penalty, l1Share }), context, kernel);
    near(model.base, regression[name].intercept, 1e-6);
    near(coefficients(model), regression[name].coef, 1e-6);
    if (name === 'lasso') expect(coefficients(model).filter((value) => value === 0).length).toBeGreaterThan(1);
  });
});

describe('the widest margin', () => {
  it.each([['hinge', false], ['squared_hinge', true]] as const)('is that of LIBLINEAR (%s)', async (name, squared) => {
    const design = fitDesign(x, undefined, { even: false });
    const all = Int32Array.from(cancer.y.keys());
    const plane = await widestMargin({ rows: designRows(design, x), only: all, y: Float64Array.from(cancer.y), cost: new Float64Array(x.rows).fill(0.1), squared }, 'all', context, 1e-8, 100_000);
    near([plane.intercept], golden.svm[name].intercept, 1e-5);
    near(plane.weights, golden.svm[name].coef, 1e-5);
  });
});

it.each([['ridge', 0], ['lasso', 1]])('many rows, of which only some bend the steps (%s), come to the same weights as when all do', async (_, l1Share) => {
  const rng = createRng(6, 'many');
  const columns = [0, 1, 2].map(() => Float64Array.from({ length: 2000 }, () => rng.normal()));
  columns[1] = columns[1].map((value, i) => columns[0][i] + 0.1 * value);
  const values = columns[0].map((a, i) => (rng.next() < 1 / (1 + Math.exp(columns[2][i] - a)) ? 1 : 0));
  const rows = { rows: 2000, inputs: columns.map((__, j) => ({ name: `x${j}` })), columns };
  const options = logisticRegression.options.parse({ even: false, l1Share, penalty: 5 });
  const many = await logisticRegression.fit(rows, { task: 'binary', classes: ['no', 'yes'], values }, options, context, kernel);
  // The minimum: what the penalty pulls is what the rows push.
  const p = logisticRegression.predict(many, rows);
  many.terms.forEach(({ input, centre, scale, weights: [weight] }) => {
    const push = p.reduce((sum, chance, i) => sum + (values[i] - chance) * (columns[input][i] - centre) * scale, 0);
    expect(Math.abs(push - 5 * (l1Share ? Math.sign(weight) : weight))).toBeLessThan(1e-5);
  });
  expect(many.terms.length).toBeGreaterThan(1);
});
