import { describe, expect, it } from 'vitest';
import { createContext } from '../context.js';
import type { Examples } from '../domain/examples.js';
import { createRng } from '../util/rng.js';
import type { Ask } from './ask.js';
import { partialDependence } from './partial-dependence.js';
import { permutationImportance } from './permutation.js';

const rng = createRng(4);
const inputs = [{ name: 'strong' }, { name: 'weak' }, { name: 'unused' }, { name: 'plan', categories: ['free', 'paid', 'team'] }];
const x: Examples = { rows: 3000, inputs, columns: [...['', '', ''].map(() => Float64Array.from({ length: 3000 }, () => rng.normal())), Float64Array.from({ length: 3000 }, () => rng.int(3))] };
const ask: Ask = ({ rows, columns: [a, b, , plan] }) => Float64Array.from({ length: rows }, (_, i) => 2 * a[i] + 0.5 * b[i] * b[i] + (plan[i] === 2 ? 1 : 0));
const truth = ask(x);
const squares = (predicted: Float64Array) => predicted.reduce((sum, value, i) => sum + (value - truth[i]) ** 2, 0) / truth.length;

describe('permutation importance', () => {
  it('is how much worse predictions get: twice the variance of what an input adds', () => {
    const found = permutationImportance(ask, x, squares, createContext({ seed: 1 }));
    expect(found.map(({ input }) => input)).toEqual(['strong', 'weak', 'plan', 'unused']);
    const of = Object.fromEntries(found.map((one) => [one.input, one]));
    // Squares of a − a′: 2 × 4 × 1; of 0.5 (b² − b′²): 2 × 0.25 × 2; of a share of 1/3: 2 × 2/9.
    expect(of.strong.value).toBeCloseTo(8, 0);
    expect(of.weak.value).toBeCloseTo(1, 0);
    expect(of.plan.value).toBeCloseTo(4 / 9, 1);
    expect(of.unused.value).toBe(0);
    expect(of.strong.error).toBeGreaterThan(0);
    expect(of.strong.error).toBeLessThan(0.5);
  });

  it('leaves the rows as they were, and gives the same bits again', () => {
    const before = x.columns.map((column) => column.slice());
    expect(permutationImportance(ask, x, squares, createContext({ seed: 2 }))).toEqual(permutationImportance(ask, x, squares, createContext({ seed: 2 })));
    expect(x.columns).toEqual(before);
  });
});

describe('partial dependence', () => {
  it('follows the input through the mean of the rest', () => {
    const { values, mean } = partialDependence(ask, x, 1);
    const rest = mean[0] - 0.5 * values[0] ** 2;
    values.forEach((value, v) => expect(mean[v]).toBeCloseTo(rest + 0.5 * value * value, 10));
    expect(Array.from(values)).toEqual(Array.from(values).sort((a, b) => a - b));
    expect(values.length).toBe(20);
    expect(values[0]).toBeGreaterThan(Math.min(...x.columns[1]));
  });

  it('asks for every category, and keeps curves of single rows', () => {
    const { values, mean, curves } = partialDependence(ask, x, 3);
    expect(Array.from(values)).toEqual([0, 1, 2]);
    expect(mean[2] - mean[0]).toBeCloseTo(1, 10);
    expect(curves.length).toBe(50);
    for (const curve of curves) expect(curve[2] - curve[1]).toBeCloseTo(1, 10);
  });

  it('takes few distinct values as they are, and none where none is known', () => {
    const few = { ...x, columns: [x.columns[0].map((value) => (value > 1 ? Number.NaN : Math.sign(value))), ...x.columns.slice(1)] };
    expect(Array.from(partialDependence(ask, few, 0).values)).toEqual([-1, 1]);
    expect(partialDependence(ask, { ...x, columns: [x.columns[0].map(() => Number.NaN), ...x.columns.slice(1)] }, 0).values.length).toBe(0);
  });
});
