import { afterAll, describe, expect, it } from 'vitest';
import { createContext } from '../context.js';
import { openKernel } from '../kernel/catalog.js';
import { nullCloud, plantedCloud } from '../simulate/clouds.js';
import { createRng } from '../util/rng.js';
import { choose } from './choose.js';
import { gapChoice, knee } from './criteria.js';

const kernel = await openKernel({ threads: 2 });
afterAll(() => kernel.close());
const context = createContext({ seed: 3 });
const all = ['prediction-strength', 'silhouette', 'davies-bouldin', 'calinski-harabasz', 'gap', 'bic', 'elbow'];

describe('what the usual criteria would have chosen', () => {
  it('all agree on clear groups', async () => {
    const x = plantedCloud({ rows: 3000, d: 8, k: 4, apart: 12, unequal: 1, spread: 1 }, createRng(1, 'criteria'));
    const { choice } = await choose(x, { criteria: true }, context, kernel);
    expect(choice.criteria!.map(({ name }) => name)).toEqual(all);
    expect(choice.criteria!.map(({ k }) => k)).toEqual(all.map(() => 4));
    expect(choice.criteria!.find(({ name }) => name === 'gap')!.values.map(({ k }) => k)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });

  it('most see segments in one skewed cloud, where the gates see none', async () => {
    const { choice } = await choose(nullCloud('customers as they are', 3000, 3, createRng(2, 'criteria')), { criteria: true }, context, kernel);
    expect(choice.verdict).toBe('no-proven-structure');
    const chosen = Object.fromEntries(choice.criteria!.map(({ name, k }) => [name, k]));
    expect(chosen.silhouette).toBeGreaterThan(1);
    expect(chosen.bic).toBeGreaterThan(2);
    expect(new Set(Object.values(chosen)).size).toBeGreaterThan(2);
  });

  it('sees one group in an evenly filled box by the gap statistic', async () => {
    const { choice } = await choose(nullCloud('evenly filled cube', 2000, 3, createRng(3, 'criteria')), { criteria: true }, context, kernel);
    expect(choice.criteria!.find(({ name }) => name === 'gap')!.k).toBe(1);
  });

  it('costs nothing where it is not asked for', async () => {
    const { choice } = await choose(nullCloud('evenly filled cube', 500, 3, createRng(3, 'criteria')), {}, context, kernel);
    expect(choice.criteria).toBeUndefined();
  });
});

describe('the one-standard-error rule of the gap statistic', () => {
  const values = (gaps: number[], error = 0.1) => gaps.map((value, i) => ({ k: i + 1, value, error }));
  it('takes the fewest whose gap the next does not beat by more than its error', () => {
    expect(gapChoice(values([0.1, 0.5, 1.2, 1.25, 1.3]))).toBe(3);
    expect(gapChoice(values([0.5, 0.55, 2]))).toBe(1);
  });
  it('takes the most where the gap keeps growing', () => {
    expect(gapChoice(values([0, 1, 2, 3]))).toBe(4);
  });
});

describe('the knee', () => {
  // Scaled: k 0, 1/3, 2/3, 1; values 1, 0.2, 0.1, 0: below the line by 0, 1 − 1/3 − 0.2 = 0.467, 0.233, 0.
  it('is the point farthest below the line from the first to the last', () => {
    expect(knee([100, 20, 10, 0].map((value, i) => ({ k: i + 1, value })))).toBe(2);
  });
  it('is the first of a straight line', () => {
    expect(knee([3, 2, 1].map((value, i) => ({ k: i + 1, value })))).toBe(1);
  });
});
