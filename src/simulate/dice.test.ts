import { describe, expect, it } from 'vitest';
import { Alias, Dice } from './dice.js';

describe('dice', () => {
  it('gives a customer the same stream whoever was drawn before', () => {
    const fresh = new Dice().seat(7, 41, 2);
    const used = new Dice().seat(7, 40, 2);
    for (let i = 0; i < 100; i++) used.normal();
    used.seat(7, 41, 2);
    expect(draws(used)).toEqual(draws(fresh));
  });

  it('gives other customers, streams and seeds other draws', () => {
    const all = [[1, 0, 0], [1, 1, 0], [1, 0, 1], [2, 0, 0], [2 ** 40 + 1, 0, 0]].map(([seed, customer, stream]) => draws(new Dice().seat(seed, customer, stream))[0]);
    expect(new Set(all).size).toBe(5);
  });

  it('first draws of neighbouring customers are uniform', () => {
    const dice = new Dice();
    const bins = new Array<number>(10).fill(0);
    for (let i = 0; i < 100_000; i++) bins[Math.floor(dice.seat(1, i, 0).unit() * 10)]++;
    // Standard deviation of a bin: sqrt(100000 × .1 × .9) = 95.
    for (const count of bins) expect(Math.abs(count - 10_000)).toBeLessThan(400);
  });

  it('Poisson and normal draws have the mean and variance they should', () => {
    const dice = new Dice().seat(3, 0, 0);
    for (const mean of [0.3, 4, 60]) {
      const sample = Array.from({ length: 40_000 }, () => dice.poisson(mean));
      expect(average(sample)).toBeCloseTo(mean, mean > 10 ? 0 : 1);
      expect(average(sample.map((x) => (x - mean) ** 2)) / mean).toBeCloseTo(1, 1);
    }
    const normal = Array.from({ length: 40_000 }, () => dice.normal());
    expect(average(normal)).toBeCloseTo(0, 1);
    expect(average(normal.map((x) => x * x))).toBeCloseTo(1, 1);
  });

  it('the alias table draws in proportion to the weights', () => {
    const dice = new Dice().seat(5, 0, 0);
    const alias = new Alias([1, 0, 3, 6]);
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 50_000; i++) counts[alias.draw(dice)]++;
    expect(counts[1]).toBe(0);
    expect(counts.map((count) => count / 50_000)).toEqual([expect.closeTo(0.1, 2), 0, expect.closeTo(0.3, 2), expect.closeTo(0.6, 2)]);
  });
});

const draws = (dice: Dice): number[] => Array.from({ length: 8 }, () => dice.unit());
const average = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;
