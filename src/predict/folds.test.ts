import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Answers } from '../domain/examples.js';
import { createRng } from '../util/rng.js';
import { folds } from './folds.js';

const rng = () => createRng(1, 'folds');
const binary = (values: readonly number[]): Answers => ({ task: 'binary', classes: ['no', 'yes'], values: Float64Array.from(values) });
const sum = (rows: Int32Array, values: ArrayLike<number>) => rows.reduce((total, i) => total + values[i], 0);

describe('folds', () => {
  it('try every row once, on rows that were not learnt from, each class in its share', () => {
    const y = binary(Array.from({ length: 103 }, (_, i) => (i % 10 === 3 ? 1 : 0)));
    const found = folds(y, { count: 5 }, rng());
    expect(found).toHaveLength(5);
    expect(found.flatMap(({ test }) => [...test]).sort((a, b) => a - b)).toEqual([...y.values.keys()]);
    for (const { train, test } of found) {
      expect(train.length + test.length).toBe(103);
      expect(new Set([...train, ...test]).size).toBe(103);
      expect([20, 21]).toContain(test.length);
      expect([2, 3]).toContain(sum(test, y.values));
    }
  });

  it('keep the rows of one entity together', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 1 }), fc.integer({ min: 0, max: 12 })), { minLength: 1, maxLength: 60 }), (rows) => {
      const groups = rows.map(([, group]) => `${group}`);
      for (const { train, test } of folds(binary(rows.map(([value]) => value)), { count: 4, groups }, rng())) {
        const learnt = new Set([...train].map((i) => groups[i]));
        for (const i of test) expect(learnt.has(groups[i])).toBe(false);
      }
    }));
  });

  it('with times: learn only from rows whose answers were known at the instant of those that are tried', () => {
    const times = Float64Array.from({ length: 120 }, (_, i) => 1000 * (i % 6));
    const y = binary(Array.from({ length: 120 }, (_, i) => (i % 7 === 0 ? 1 : 0)));
    const found = folds(y, { count: 5, times, lead: 1500 }, rng());
    expect(found.length).toBeGreaterThan(2);
    for (const { train, test } of found) {
      const earliest = Math.min(...[...test].map((i) => times[i]));
      for (const i of train) expect(times[i] + 1500).toBeLessThanOrEqual(earliest);
    }
    expect(found.at(-1)!.test).toHaveLength(20);
  });

  it('of one instant only are those without times', () => {
    const y = binary([0, 1, 0, 1, 0, 1]);
    expect(folds(y, { count: 2, times: new Float64Array(6).fill(5) }, rng())).toEqual(folds(y, { count: 2 }, rng()));
  });

  it('leave out rows whose answer is not known, and make do with few of a class', () => {
    const y = binary([0, 0, 0, Number.NaN, 0, 0, 0, 0, 1, 1, 1]);
    const found = folds(y, { count: 10 }, rng());
    expect(found).toHaveLength(3);
    for (const { train, test } of found) {
      expect([...train, ...test]).not.toContain(3);
      expect(sum(test, y.values)).toBe(1);
    }
    expect(folds(binary([0, 0, 0]), { count: 5 }, rng())).toEqual([]);
    expect(folds(binary([1]), { count: 5 }, rng())).toEqual([]);
    expect(folds(binary([]), { count: 5 }, rng())).toEqual([]);
  });

  it('of numbers hold small and large ones alike', () => {
    const values = Float64Array.from({ length: 200 }, (_, i) => ((i * 37) % 200) ** 2);
    const means = folds({ task: 'regression', values }, { count: 4 }, rng()).map(({ test }) => sum(test, values) / test.length);
    expect(means).toHaveLength(4);
    expect(Math.max(...means) / Math.min(...means)).toBeLessThan(1.05);
  });
});
