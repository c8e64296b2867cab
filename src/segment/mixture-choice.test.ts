import { afterAll, describe, expect, it } from 'vitest';
import { createContext } from '../context.js';
import { openKernel } from '../kernel/catalog.js';
import type { Points } from '../kernel/kernel.js';
import { nullCloud } from '../simulate/clouds.js';
import { adjustedRand } from '../util/agreement.js';
import { createRng } from '../util/rng.js';
import { assignLikeliest } from './algorithms/gaussian-mixture.js';
import { chooseMixture } from './mixture-choice.js';

const kernel = await openKernel({ threads: 2 });
afterAll(() => kernel.close());
const context = createContext({ seed: 3 });

describe('choosing a mixture', () => {
  it('finds how many crossing ellipses there are, of which kind, and that none stands apart', async () => {
    const rng = createRng(1, 'cross');
    const truth = Int32Array.from({ length: 1200 }, (_, i) => i % 2);
    const x = cloud(1200, (i) => {
      const [long, short] = [4 * rng.normal(), 0.3 * rng.normal()];
      return i % 2 === 0 ? [long, short] : [short, long];
    });
    const { params, apart, trials } = await chooseMixture(x, 20, [], context, kernel);
    expect(trials[0]).toMatchObject({ k: 2 });
    expect(params!.k).toBe(2);
    expect(apart).toBe(1);
    expect(adjustedRand(assignLikeliest(params!, x).labels, truth)).toBeGreaterThan(0.7);
  });

  it('believes no mixture that draws the outline of a ring: other rows give another outline', async () => {
    const rng = createRng(2, 'ring');
    const x = cloud(800, () => {
      const angle = 2 * Math.PI * rng.next();
      return [Math.cos(angle) + 0.02 * rng.normal(), Math.sin(angle) + 0.02 * rng.normal()];
    });
    const { params, trials } = await chooseMixture(x, 30, [], context, kernel);
    expect(params).toBeUndefined();
    expect(trials[0].k).toBeGreaterThan(4);
    expect(trials[0].strength).toBeLessThan(0.8);
  });

  it('needs one component for one normal cloud', async () => {
    const { params, trials } = await chooseMixture(nullCloud('round normal cloud', 800, 3, createRng(3, 'one')), 20, [], context, kernel);
    expect(params).toBeUndefined();
    expect(trials[0].k).toBe(1);
  });

  it('says where components lie, wherever the rows are', async () => {
    const rng = createRng(4, 'far');
    const x = cloud(600, (i) => [1e6 + 10 * (i % 3) + rng.normal(), -1e6 + rng.normal()]);
    const { params, apart } = await chooseMixture(x, 10, [], context, kernel);
    expect(params!.k).toBe(3);
    expect(apart).toBe(3);
    expect([...params!.means].filter((_, v) => v % 2 === 0).sort((a, b) => a - b).map(Math.round)).toEqual([1e6, 1e6 + 10, 1e6 + 20]);
  });
});

function cloud(rows: number, row: (i: number) => readonly [number, number]): Points {
  return { rows, d: 2, stride: 2, data: Float64Array.from(Array.from({ length: rows }, (_, i) => row(i)).flat()) };
}
