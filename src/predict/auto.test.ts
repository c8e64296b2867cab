import { afterAll, describe, expect, it } from 'vitest';
import { createContext } from '../context.js';
import type { Answers, Examples } from '../domain/examples.js';
import { openKernel } from '../kernel/catalog.js';
import { createRng } from '../util/rng.js';
import { chooseModel, predictChosen } from './auto.js';
import { auc, rank } from './metrics.js';

const kernel = await openKernel({ threads: 1 });
afterAll(() => kernel.close());
const context = createContext({ seed: 4 });

/** Log odds from three numbers and a category. `shape` gives the log odds of a row. */
function drawn(n: number, seed: number, shape: (row: readonly number[]) => number): { x: Examples; y: Answers } {
  const rng = createRng(seed, 'auto');
  const columns = [0, 1, 2, 3].map(() => new Float64Array(n));
  const values = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < 3; j++) columns[j][i] = rng.normal();
    columns[3][i] = rng.int(3);
    values[i] = rng.next() < 1 / (1 + Math.exp(-shape(columns.map((column) => column[i])))) ? 1 : 0;
  }
  return { x: { rows: n, inputs: [{ name: 'a' }, { name: 'b' }, { name: 'c' }, { name: 'kind', categories: ['x', 'y', 'z'] }], columns }, y: { task: 'binary', classes: ['no', 'yes'], values } };
}

// Few and small trees: what is chosen does not hang on their number here.
const candidates = [{ predictor: 'logistic-regression', options: {} }, { predictor: 'boosted-trees', options: { trees: 30, learningRate: 0.2, leaves: 8 } }];
const area = (y: Answers, p: Float64Array) => auc(rank(y.values, p));

describe('the automatic choice', () => {
  it('takes the linear model where odds are linear', async () => {
    const { x, y } = drawn(1500, 1, ([a, b, , kind]) => a - b + (kind === 2 ? 1 : 0));
    const model = await chooseModel(x, y, { candidates }, context, kernel);
    expect(model.predictor).toBe('logistic-regression');
    expect(model.candidates[0]).toMatchObject({ predictor: 'naive', chosen: false });
    expect(model.candidates.filter(({ chosen }) => chosen)).toHaveLength(1);
    const later = drawn(4000, 2, ([a, b, , kind]) => a - b + (kind === 2 ? 1 : 0));
    expect(area(later.y, predictChosen(model, later.x))).toBeGreaterThan(0.78);
  });

  it('takes trees where what counts is how inputs meet', async () => {
    const { x, y } = drawn(1500, 3, ([a, b]) => (a * b > 0 ? 1.5 : -1.5));
    const model = await chooseModel(x, y, { candidates }, context, kernel);
    expect(model.predictor).toBe('boosted-trees');
    const later = drawn(4000, 4, ([a, b]) => (a * b > 0 ? 1.5 : -1.5));
    expect(area(later.y, predictChosen(model, later.x))).toBeGreaterThan(0.74);
  });

  it('takes the naive one where there is nothing to find', async () => {
    const { x, y } = drawn(800, 5, () => -0.5);
    const model = await chooseModel(x, y, { candidates, count: 3 }, context, kernel);
    expect(model.predictor).toBe('naive');
  });

  it('takes the one it is told, calibrated, whatever others do', async () => {
    const { x, y } = drawn(400, 10, () => 0);
    const model = await chooseModel(x, y, { predictor: 'logistic-regression' }, context, kernel);
    expect(model.predictor).toBe('logistic-regression');
    expect(model.candidates.map(({ predictor }) => predictor)).toEqual(['naive', ...Array(4).fill('logistic-regression')]);
    await expect(chooseModel(x, y, { predictor: 'linear-regression' }, context, kernel)).rejects.toMatchObject({ code: 'predict/wrong-task' });
  });

  it('is the same for the same seed, and survives a structured clone', async () => {
    const { x, y } = drawn(300, 6, ([a]) => 2 * a);
    const [once, again] = [await chooseModel(x, y, { candidates }, context, kernel), await chooseModel(x, y, { candidates }, createContext({ seed: 4 }), kernel)];
    expect(again).toEqual(once);
    expect(predictChosen(structuredClone(once), x)).toEqual(predictChosen(once, x));
  });

  it('refuses one class, learns from five of the other, and from one number', async () => {
    const { x, y } = drawn(400, 7, ([a]) => a);
    await expect(chooseModel(x, { ...y, values: new Float64Array(400) }, {}, context, kernel)).rejects.toMatchObject({ code: 'predict/one-class' });
    await expect(chooseModel(x, { ...y, values: new Float64Array(400).fill(Number.NaN) }, {}, context, kernel)).rejects.toMatchObject({ code: 'predict/no-answers' });
    const five = await chooseModel(x, { ...y, values: x.columns[0].map((_, i) => (i % 80 === 0 ? 1 : 0)) }, { candidates }, context, kernel);
    expect(predictChosen(five, x).every((p) => p > 0 && p < 1)).toBe(true);
    const number = await chooseModel({ rows: 1, inputs: [{ name: 'a' }], columns: [Float64Array.of(1)] }, { task: 'regression', values: Float64Array.of(7) }, {}, context, kernel);
    expect([...predictChosen(number, { rows: 1, inputs: [{ name: 'a' }], columns: [Float64Array.of(9)] })]).toEqual([7]);
  });

  it('compares on no more rows than it is told, and reports how far it is', async () => {
    const { x, y } = drawn(1000, 8, ([a]) => a);
    const notes: string[] = [];
    const model = await chooseModel(x, y, { candidates, mostRows: 200 }, createContext({ progress: ({ note, done }) => notes.push(`${note} ${done!.toFixed(1)}`) }), kernel);
    expect(model.compared).toBe(200);
    expect(notes[0]).toBe('trying Naive (everyone is average) 0.0');
    expect(notes.at(-1)).toContain('calibrating');
  });

  it('stops when asked to', async () => {
    const { x, y } = drawn(3000, 9, ([a]) => a);
    const controller = new AbortController();
    const working = chooseModel(x, y, {}, createContext({ signal: controller.signal, progress: ({ note }) => { if (note!.includes('Logistic')) controller.abort(); } }), kernel);
    await expect(working).rejects.toMatchObject({ code: 'run/aborted' });
  });
});

describe('many rows', () => {
  it('are tried on a small sample first, and only the best settings go on', async () => {
    const { x, y } = drawn(9000, 11, ([a, b]) => (a * b > 0 ? 1.5 : -1.5));
    const settings = [{ predictor: 'logistic-regression', options: {} }, { predictor: 'decision-tree', options: { depth: 1 } }, { predictor: 'boosted-trees', options: { trees: 2, leaves: 2 } }, { predictor: 'boosted-trees', options: { trees: 60, learningRate: 0.2, leaves: 8 } }];
    const model = await chooseModel(x, y, { candidates: settings }, context, kernel);
    expect(model).toMatchObject({ predictor: 'boosted-trees', options: { leaves: 8 }, compared: 9000 });
    expect(model.candidates.map(({ predictor, rows }) => [predictor, rows])).toEqual([['naive', undefined], ['boosted-trees', undefined], ['logistic-regression', undefined], ['decision-tree', 4000], ['boosted-trees', 4000]]);
    const threads = await openKernel({ threads: 2 });
    expect(await chooseModel(x, y, { candidates: settings }, createContext({ seed: 4 }), threads)).toEqual(model);
    await threads.close();
  });

  it('are predicted by fits that have not seen them, where that is asked for', async () => {
    const { x, y } = drawn(3000, 12, () => 0);
    const model = await chooseModel(x, y, { predictor: 'boosted-trees', candidates: [{ predictor: 'boosted-trees', options: { trees: 60, patience: 0, leaves: 31 } }], outOfFold: true, mostRows: 1000 }, context, kernel);
    expect(model.outOfFold!.every((p) => p >= 0 && p <= 1)).toBe(true);
    expect(area(y, predictChosen({ ...model, calibration: [{ method: 'none' }] }, x))).toBeGreaterThan(0.7);
    expect(Math.abs(area(y, model.outOfFold!) - 0.5)).toBeLessThan(0.05);
    const mean = (p: Float64Array) => p.reduce((sum, value) => sum + value, 0) / p.length;
    expect(Math.abs(mean(model.outOfFold!) - mean(y.values))).toBeLessThan(0.02);
  });
});
