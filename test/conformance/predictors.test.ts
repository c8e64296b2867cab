// What every way to predict promises. Nothing here names one: what is asked of it follows from its traits and options.
import { afterAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { createContext } from '../../src/context.js';
import { type Answers, answersAt, type Examples, examplesAt, outputsOf, type Task } from '../../src/domain/examples.js';
import { openKernel } from '../../src/kernel/catalog.js';
import { predictorNamed, predictors } from '../../src/predict/catalog.js';
import { predictLinear } from '../../src/predict/linear-model.js';
import { auc, r2, rank } from '../../src/predict/metrics.js';
import type { AnyPredictor } from '../../src/predict/predictor.js';
import { scorer } from '../../src/predict/score.js';
import { twins } from '../../src/predict/twins.js';
import { packJson, unpackJson } from '../../src/util/typed-json.js';
import { createRng } from '../../src/util/rng.js';

const kernel = await openKernel({ threads: 2 });
afterAll(() => kernel.close());
const entries: [string, AnyPredictor][] = Object.keys(predictors).map((name) => [name, predictorNamed(name)]);
const tasks: Task[] = ['binary', 'multiclass', 'regression'];

describe.each(entries)('predictor %s', (name, predictor) => {
  const { traits } = predictor;
  const learns = traits.complexity > 0;
  const fit = (x: Examples, y: Answers, seed = 5, options: object = {}) => predictor.fit(x, y, predictor.options.parse(options), createContext({ seed }), kernel);
  const task = tasks.find((one) => traits.tasks.includes(one))!;

  it('is named like its catalogue entry, has a title, and says what each option is', () => {
    expect(predictor.name).toBe(name);
    expect(predictor.title).toBeTruthy();
    expect(predictor.options.safeParse({}).success, 'every option has a default').toBe(true);
    expect(predictor.options.safeParse({ colour: 'blue' }).success).toBe(false);
    for (const [option, schema] of Object.entries(predictor.options.shape)) {
      expect((schema as z.ZodType).description, option).toBeTruthy();
      for (const wrong of ['no such word', -1e300, Number.NaN]) expect((schema as z.ZodType).safeParse(wrong).success, `${option} ${wrong}`).toBe(false);
    }
  });

  describe.each(traits.tasks.map((one) => [one] as const))('of task %s', (of) => {
    it('predicts rows that it has not seen', async () => {
      const { x, y } = drawn(of, 600, 1);
      const later = drawn(of, 600, 2);
      const p = predictor.predict(await fit(x, y), later.x);
      expect(p).toHaveLength(600 * outputsOf(y));
      sane(p, y);
      if (learns) expect(quality(p, later.y)).toBeGreaterThan(of === 'regression' ? 0.5 : 0.8);
    });

    it('gives the same for the same seed, on 1 and on 3 threads', async () => {
      const { x, y } = drawn(of, 300, 3);
      const alone = await openKernel({ threads: 1 });
      const three = await openKernel({ threads: 3 });
      try {
        const on = (own: typeof alone, threads: number) => predictor.fit(x, y, predictor.options.parse({}), createContext({ seed: 9, threads }), own);
        const once = await on(alone, 1);
        expect(await on(three, 3)).toEqual(once);
        expect(predictor.predict(once, x)).toEqual(predictor.predict(await fit(x, y, 9), x));
      } finally {
        await Promise.all([alone.close(), three.close()]);
      }
    });

    it('is plain data that survives a structured clone and a file', async () => {
      const { x, y } = drawn(of, 300, 4);
      const params = await fit(x, y);
      expect(predictor.predict(structuredClone(params), x)).toEqual(predictor.predict(params, x));
      expect(predictor.predict(unpackJson(packJson(params)), x)).toEqual(predictor.predict(params, x));
    });

    it('is the sum of trees or of terms that it says it is', async () => {
      const { x, y } = withHoles(drawn(of, 400, 5));
      const params = await fit(x, y);
      const p = predictor.predict(params, x);
      if (predictor.forest) near(scorer(predictor.forest(params)).all(x), p, 1e-9);
      if (predictor.linear) near(predictLinear(predictor.linear(params), x), p, 1e-9);
    });

    it('predicts a row by itself as among others, and no rows', async () => {
      const { x, y } = drawn(of, 200, 6);
      const params = await fit(x, y);
      const p = predictor.predict(params, x);
      const k = outputsOf(y);
      for (const i of [0, 17, 199]) expect(predictor.predict(params, examplesAt(x, Int32Array.of(i)))).toEqual(p.subarray(i * k, (i + 1) * k));
      expect(predictor.predict(params, examplesAt(x, new Int32Array(0)))).toHaveLength(0);
    });

    it('leaves its input alone', async () => {
      const { x, y } = drawn(of, 150, 7);
      const [before, answers] = [structuredClone(x), structuredClone(y)];
      predictor.predict(await fit(x, y), x);
      expect(x).toEqual(before);
      expect(y).toEqual(answers);
    });

    it.skipIf(!traits.rowOrder)('does not care for the order of the rows', async () => {
      const { x, y } = drawn(of, 300, 8);
      const order = Int32Array.from({ length: 300 }, (_, i) => (i * 7 + 3) % 300);
      const [straight, mixed] = [await fit(x, y), await fit(examplesAt(x, order), answersAt(y, order))];
      near(predictor.predict(mixed, x), predictor.predict(straight, x), 1e-5);
    });

    it.skipIf(!traits.repeats)('takes a weight of 2 for the row twice', async () => {
      const { x, y } = drawn(of, 200, 9);
      const rows = Int32Array.from(Array.from({ length: 200 }, (_, i) => (i % 3 === 0 ? [i, i] : [i])).flat());
      const weights = Float64Array.from({ length: 200 }, (_, i) => (i % 3 === 0 ? 2 : 1));
      const [twice, weighted] = [await fit(examplesAt(x, rows), answersAt(y, rows)), await fit(x, { ...y, weights })];
      near(predictor.predict(weighted, x), predictor.predict(twice, x), 1e-5);
    });

    it('learns in spite of missing values, and from their being missing', async () => {
      const { x, y } = withHoles(drawn(of, 800, 10));
      const later = withHoles(drawn(of, 400, 11));
      const p = predictor.predict(await fit(x, y), later.x);
      sane(p, y);
      if (learns) expect(quality(p, later.y)).toBeGreaterThan(of === 'regression' ? 0.3 : 0.7);
    });

    it('takes categories and gaps that were not there at training', async () => {
      const { x, y } = drawn(of, 300, 12);
      const params = await fit(x, y);
      const odd: Examples = {
        rows: 3,
        inputs: x.inputs.map((input) => (input.categories ? { ...input, categories: ['new', ...input.categories] } : input)),
        columns: x.columns.map((_, j) => (x.inputs[j].categories ? Float64Array.of(0, Number.NaN, 2) : Float64Array.of(0.3, Number.NaN, 1e9))),
      };
      sane(predictor.predict(params, odd), y);
    });

    it('finds columns by their names, in any order, and refuses where one is not there', async () => {
      const { x, y } = drawn(of, 200, 13);
      const params = await fit(x, y);
      const turned: Examples = { rows: x.rows, inputs: [...x.inputs].reverse(), columns: [...x.columns].reverse() };
      expect(predictor.predict(params, turned)).toEqual(predictor.predict(params, x));
      if (learns) expect(() => predictor.predict(params, { rows: x.rows, inputs: x.inputs.slice(1), columns: x.columns.slice(1) })).toThrow(expect.objectContaining({ code: 'predict/no-input' }));
    });

    it('learns nothing from a column that is constant, all missing, or the same for nobody', async () => {
      const { x, y } = drawn(of, 300, 14);
      const more = (column: Float64Array, extra: object = {}): Examples => ({ rows: x.rows, inputs: [...x.inputs, { name: 'more', ...extra }], columns: [...x.columns, column] });
      for (const other of [more(new Float64Array(300).fill(7)), more(new Float64Array(300).fill(Number.NaN)), more(Float64Array.from({ length: 300 }, (_, i) => i), { categories: Array.from({ length: 300 }, (_, i) => `id-${i}`) })]) {
        const p = predictor.predict(await fit(other, y), other);
        sane(p, y);
        if (learns) expect(quality(p, y)).toBeGreaterThan(of === 'regression' ? 0.4 : 0.75);
      }
    });

    it.each([Infinity, -Infinity])('refuses %d among the inputs, saying where', async (value) => {
      const { x, y } = drawn(of, 60, 15);
      const odd = { ...x, columns: x.columns.map((column, j) => (j === 1 ? column.map((v, i) => (i === 7 ? value : v)) : column)) };
      await expect(fit(odd, y)).rejects.toMatchObject({ code: 'predict/infinite', details: { name: 'b', row: 7 } });
      const p = predictor.predict(await fit(x, y), odd);
      sane(p, y);
    });

    it('takes values of 1e12, tiny ones, and one far outlier', async () => {
      const { x, y } = drawn(of, 400, 16);
      const scaled = (by: number): Examples => ({ ...x, columns: x.columns.map((column, j) => (x.inputs[j].categories ? column : column.map((v) => v * by))) });
      const outlier: Examples = { ...x, columns: x.columns.map((column, j) => (j === 0 ? column.map((v, i) => (i === 0 ? 1e15 : v)) : column)) };
      for (const other of [scaled(1e12), scaled(1e-9), outlier]) {
        const p = predictor.predict(await fit(other, y), other);
        sane(p, y);
        if (learns) expect(quality(p, y)).toBeGreaterThan(of === 'regression' ? 0.4 : 0.75);
      }
    });

    it('takes 500 columns and few rows, and refuses to learn from no columns', async () => {
      const { x, y } = drawn(of, 200, 17);
      const rng = createRng(1, 'wide');
      const wide: Examples = { rows: 200, inputs: [...x.inputs, ...Array.from({ length: 496 }, (_, j) => ({ name: `noise${j}` }))], columns: [...x.columns, ...Array.from({ length: 496 }, () => Float64Array.from({ length: 200 }, () => rng.normal()))] };
      sane(predictor.predict(await fit(wide, y), wide), y);
      if (learns) await expect(fit({ rows: 200, inputs: [], columns: [] }, y)).rejects.toMatchObject({ code: 'predict/no-inputs' });
      for (const rows of [2, 3, 7]) {
        const few = Int32Array.from({ length: rows }, (_, i) => (of === 'regression' ? i : y.values.indexOf(i % 2 ? 1 : 0)));
        sane(predictor.predict(await fit(examplesAt(x, few), answersAt(y, few)), x), y);
      }
    });

    it('leaves out rows whose answer is not known', async () => {
      const { x, y } = drawn(of, 300, 18);
      const holes = { ...y, values: y.values.map((value, i) => (i % 4 === 0 ? Number.NaN : value)) };
      const rest = Int32Array.from(y.values.keys()).filter((i) => i % 4 !== 0);
      const found = predictor.predict(await fit(x, holes), x);
      sane(found, y);
      if (!traits.unlabelled) expect(found).toEqual(predictor.predict(await fit(examplesAt(x, rest), answersAt(y, rest)), x));
    });

    it('takes a column that says the answer for what it is, and it is found out', async () => {
      const { x, y } = drawn(of, 400, 19);
      const told: Examples = { ...x, inputs: [...x.inputs, { name: 'told' }], columns: [...x.columns, y.values.slice()] };
      expect(twins(told, y).map(({ name: column }) => column)).toEqual(['told']);
      const p = predictor.predict(await fit(told, y), told);
      sane(p, y);
      if (learns) expect(quality(p, y)).toBeGreaterThan(0.9);
    });
  });

  it.skipIf(!learns || task === 'regression')('refuses where all answers are the same, and where there are none', async () => {
    const { x, y } = drawn(task, 50, 20);
    await expect(fit(x, { ...y, values: new Float64Array(50) })).rejects.toMatchObject({ code: 'predict/one-class' });
    await expect(fit(examplesAt(x, Int32Array.of(3)), answersAt(y, Int32Array.of(3)))).rejects.toMatchObject({ code: 'predict/one-class' });
  });

  it('refuses answers and weights that cannot be, and tasks that it does not take', async () => {
    const { x, y } = drawn(task, 50, 21);
    const bad = (changes: Partial<Answers>) => expect(fit(x, { ...y, ...changes })).rejects.toMatchObject({ code: 'predict/bad-answers' });
    await bad({ values: y.values.map((value, i) => (i === 5 ? Infinity : value)) });
    if (task !== 'regression') await bad({ values: y.values.map((value, i) => (i === 5 ? 9 : value)) });
    await bad({ values: y.values.slice(1) });
    await bad({ weights: new Float64Array(50) });
    await bad({ weights: new Float64Array(50).fill(Number.NaN) });
    await expect(fit(x, { ...y, values: new Float64Array(50).fill(Number.NaN) })).rejects.toMatchObject({ code: 'predict/no-answers' });
    for (const other of tasks.filter((one) => !traits.tasks.includes(one))) {
      const wrong = drawn(other, 50, 22);
      await expect(fit(wrong.x, wrong.y)).rejects.toMatchObject({ code: 'predict/wrong-task' });
    }
  });

  it.skipIf(task !== 'binary')('with five of 400 of one answer says so with a probability, not with certainty', async () => {
    const { x, y } = drawn('binary', 400, 23);
    const rare = { ...y, values: y.values.map((_, i) => (i % 80 === 0 ? 1 : 0)) };
    const p = predictor.predict(await fit(x, rare), x);
    sane(p, rare);
    expect(p.reduce((a, b) => a + b, 0) / 400).toBeLessThan(0.1);
  });

  it('stops when asked before', async () => {
    const { x, y } = drawn(task, 50, 24);
    const controller = new AbortController();
    controller.abort();
    await expect(predictor.fit(x, y, predictor.options.parse({}), createContext({ signal: controller.signal }), kernel)).rejects.toMatchObject({ code: 'run/aborted' });
  });
});

/** Three numbers and a category; the answer follows from a, b and the category, with noise. */
function drawn(task: Task, n: number, seed: number): { x: Examples; y: Answers } {
  const rng = createRng(seed, 'predictors');
  const columns = [new Float64Array(n), new Float64Array(n), new Float64Array(n), new Float64Array(n)];
  const values = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const [a, b, c, kind] = [rng.normal(), rng.normal(), rng.normal(), rng.int(3)];
    [a, b, c, kind].forEach((value, j) => { columns[j][i] = value; });
    const sum = 2 * a - 1.5 * b + (kind === 2 ? 2 : 0) - 0.5;
    if (task === 'binary') values[i] = sum + rng.normal() > 0 ? 1 : 0;
    else if (task === 'multiclass') values[i] = sum + rng.normal() > 1.2 ? 2 : sum + rng.normal() > -1.2 ? 1 : 0;
    else values[i] = 10 + 5 * sum + 3 * rng.normal();
  }
  const classes = task === 'binary' ? { classes: ['no', 'yes'] } : task === 'multiclass' ? { classes: ['low', 'middle', 'high'] } : {};
  return { x: { rows: n, inputs: [{ name: 'a' }, { name: 'b' }, { name: 'c' }, { name: 'kind', categories: ['x', 'y', 'z'] }], columns }, y: { task, ...classes, values } };
}

/** A seventh of all values missing, and `c` missing where the answer is high. */
function withHoles({ x, y }: { x: Examples; y: Answers }): { x: Examples; y: Answers } {
  const middle = [...y.values].sort((a, b) => a - b)[Math.floor(y.values.length / 2)];
  return { y, x: { ...x, columns: x.columns.map((column, j) => column.map((value, i) => ((i * 5 + j * 3) % 7 === 0 || (j === 2 && y.values[i] > middle && i % 2 === 0) ? Number.NaN : value))) } };
}

/** Probabilities between 0 and 1 that sum up to 1, or finite numbers. */
function sane(p: Float64Array, y: Answers): void {
  const k = outputsOf(y);
  for (const value of p) {
    expect(Number.isFinite(value)).toBe(true);
    if (y.task !== 'regression' && !(value >= 0 && value <= 1)) expect.fail(`${value} is no probability`);
  }
  if (k > 1) for (let at = 0; at < p.length; at += k) expect(p.slice(at, at + k).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
}

/** Area under the curve (of several classes, of the first against the rest), or R². */
function quality(p: Float64Array, y: Answers): number {
  if (y.task === 'regression') return r2(y.values, p);
  const k = outputsOf(y);
  return auc(rank(y.values.map((value) => (k === 1 ? value : value === 0 ? 1 : 0)), y.values.map((_, i) => p[i * k])));
}

function near(found: Float64Array, expected: Float64Array, within: number): void {
  expect(found).toHaveLength(expected.length);
  for (let i = 0; i < found.length; i++) if (!(Math.abs(found[i] - expected[i]) <= within * Math.max(1, Math.abs(expected[i])))) expect.fail(`${i}: ${found[i]} is not ${expected[i]}`);
}
