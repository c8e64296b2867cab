import { describe, expect, it } from 'vitest';
import { randomForest, randomRows } from '../domain/forest.test.fixture.js';
import type { Examples } from '../domain/examples.js';
import { treeShap } from './shap.js';
import { referenceKernel } from '../kernel/reference.js';
import { createRng } from '../util/rng.js';
import { type Ask, takeRows } from './ask.js';
import { counterfactuals } from './counterfactual.js';

const rng = createRng(8);
const inputs = [{ name: 'days' }, { name: 'orders' }, { name: 'age' }, { name: 'plan', categories: ['free', 'paid'] }];
const background: Examples = { rows: 500, inputs, columns: [Float64Array.from({ length: 500 }, () => rng.int(365)), Float64Array.from({ length: 500 }, () => rng.int(20)), Float64Array.from({ length: 500 }, () => 20 + rng.int(60)), Float64Array.from({ length: 500 }, () => rng.int(2))] };
const row: Examples = { rows: 1, inputs, columns: [120, 2, 70, 0].map((value) => Float64Array.of(value)) };
const risk: Ask = ({ rows, columns: [days, orders, age, plan] }) => Float64Array.from({ length: rows }, (_, i) => 1 / (1 + Math.exp(-(days[i] / 50 - orders[i] / 4 + age[i] / 100 - plan[i] * 0.8))));
const days = { input: 0, low: 0, high: 365 };
const orders = { input: 1, low: 2, high: 40, whole: true };
const plan = { input: 3, low: 0, high: 1 };

describe('what would move somebody out of risk', () => {
  it('is the smallest change of one input that does, as round as can be', () => {
    const found = counterfactuals(risk, row, 0, [days, orders, plan], { below: 0.5 }, background);
    // days / 50 < 2/4 − 0.7 is impossible, orders / 4 > 2.4 + 0.7 is 13 orders; a plan does not do it alone.
    expect(found).toEqual([{ changes: [{ input: 1, from: 2, to: 13 }], said: expect.any(Number), cost: expect.any(Number) }]);
    expect(found[0].said).toBeLessThan(0.5);
    const fewer = { ...row, columns: row.columns.map((column, j) => (j === 1 ? Float64Array.of(12) : column)) };
    expect(risk(fewer)[0]).toBeGreaterThan(0.5);
  });

  it('is of two where no one does, and none of them can be left out', () => {
    const found = counterfactuals(risk, row, 0, [days, { ...orders, high: 5 }, plan], { below: 0.5 }, background);
    expect(found.length).toBeGreaterThan(0);
    for (const { changes, said } of found) {
      expect(changes.length).toBe(2);
      expect(said).toBeLessThan(0.5);
      for (const left of changes) {
        const without = { ...row, columns: row.columns.map((column, j) => Float64Array.of(changes.find((one) => one !== left && one.input === j)?.to ?? column[0])) };
        expect(risk(without)[0]).toBeGreaterThanOrEqual(0.5);
      }
    }
  });

  it('is nothing where nothing that may move does, where nothing may move, and where there is no risk', () => {
    expect(counterfactuals(risk, row, 0, [plan], { below: 0.5 }, background)).toEqual([]);
    expect(counterfactuals(risk, row, 0, [], { below: 0.5 }, background)).toEqual([]);
    expect(counterfactuals(risk, row, 0, [orders], { below: 0.999 }, background)).toEqual([]);
    expect(counterfactuals(() => Float64Array.of(Number.NaN), takeRows(row, [0]), 0, [], { below: 0.5 }, background)).toEqual([]);
  });

  it('is what the model says of exactly these values, within their bounds, for any forest', () => {
    const kernel = referenceKernel();
    let flipped = 0;
    for (let seed = 1; seed <= 12; seed++) {
      const forest = randomForest({ seed, numeric: 4, categorical: 1, trees: 12, leaves: 10 });
      const x = randomRows(forest, 80, seed);
      const ask: Ask = (of) => {
        const { values, base } = treeShap(forest, of, kernel);
        return Float64Array.from({ length: of.rows }, (_, i) => values.subarray(i * 5, i * 5 + 5).reduce((sum, value) => sum + value, base[0]));
      };
      const usual = ask(x)[0];
      const goal = seed % 2 ? { below: usual - 0.2 } : { above: usual + 0.2 };
      const movable = [0, 1, 2, 4].map((input) => ({ input, low: -1, high: 1.5 }));
      for (const { changes, said } of counterfactuals(ask, x, 0, movable, goal, x)) {
        flipped++;
        const changed = { rows: 1, inputs: x.inputs, columns: x.columns.map((column, j) => Float64Array.of(changes.find(({ input }) => input === j)?.to ?? column[0])) };
        expect(ask(changed)[0]).toBe(said);
        expect(goal.below !== undefined ? said < goal.below : said > goal.above!).toBe(true);
        for (const { input, to } of changes) if (input < 4) expect(to >= -1 && to <= 1.5).toBe(true);
        expect(changes.some(({ input }) => input === 3)).toBe(false);
      }
    }
    expect(flipped).toBeGreaterThan(5);
  });
});
