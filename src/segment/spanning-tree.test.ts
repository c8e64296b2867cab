import { afterAll, describe, expect, it } from 'vitest';
import { createContext } from '../context.js';
import { openKernel } from '../kernel/catalog.js';
import { squareDistance } from '../kernel/kd-tree.js';
import { referenceKernel } from '../kernel/reference.js';
import { createRng } from '../util/rng.js';
import { nearNeighbours, neighbours, spanningTree } from './spanning-tree.js';

const context = createContext({ seed: 3 });
const kernels = [await openKernel({ threads: 2 }), referenceKernel()];
afterAll(() => kernels[0].close());

/** Prim's algorithm on all pairs: the weight of the spanning tree under mutual reachability. */
function bruteWeight(n: number, d: number, data: Float64Array, cores: Float64Array): number {
  const away = new Float64Array(n).fill(Infinity);
  const inside = new Uint8Array(n);
  let total = 0;
  for (let at = 0, joined = 1; joined < n; joined++) {
    inside[at] = 1;
    let next = -1;
    for (let q = 0; q < n; q++) {
      if (inside[q]) continue;
      away[q] = Math.min(away[q], Math.max(cores[at], cores[q], squareDistance(data, q * d, data, at * d, d, Infinity)));
      if (next < 0 || away[q] < away[next]) next = q;
    }
    total += Math.sqrt(away[next]);
    at = next;
  }
  return total;
}

describe('spanning tree', () => {
  const cases = [1, 2, 3, 5, 10, 16, 40].flatMap((d) => ['normal', 'clumped', 'grid'].map((kind) => ({ d, kind, rows: d > 10 ? 600 : kind === 'normal' ? 3000 : 1000 })));

  it.each(cases)('weighs what brute force finds: $rows $kind rows, $d features', async ({ d, kind, rows }) => {
    const rng = createRng(d, kind);
    const data = new Float64Array(rows * d);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < d; j++) data[i * d + j] = kind === 'grid' ? rng.int(4) : rng.normal() + (kind === 'clumped' ? 40 * (i % 7 === j % 7 ? 1 : 0) : 0);
    }
    for (const kernel of kernels) {
      const search = kernel.search({ rows, d, stride: d, data });
      const sorted = Float64Array.from({ length: rows * d }, (_, v) => data[search.rows[Math.floor(v / d)] * d + (v % d)]);
      for (const minSamples of [1, 5, 20]) {
        const near = await neighbours(search, minSamples, context);
        const { a, b, weight } = await spanningTree(search, near, context);
        expect(weight).toHaveLength(rows - 1);
        for (let e = 0; e < weight.length; e++) {
          const direct = squareDistance(sorted, a[e] * d, sorted, b[e] * d, d, Infinity);
          expect(weight[e]).toBe(Math.sqrt(Math.max(direct, near.cores[a[e]], near.cores[b[e]])));
        }
        const brute = bruteWeight(rows, d, sorted, near.cores);
        expect(Math.abs(weight.reduce((sum, w) => sum + w, 0) - brute)).toBeLessThanOrEqual(1e-9 * Math.max(1, brute));
      }
      search.release();
    }
  });

  it.each([['one cloud', 0], ['separate groups', 30]])('is nearly as light on near neighbours as on the nearest: %s', async (_, apart) => {
    const rng = createRng(7, 'near');
    const [rows, d] = [3000, 20];
    const search = kernels[0].search({ rows, d, stride: d, data: Float64Array.from({ length: rows * d }, (__, v) => rng.normal() + (v % d === 0 ? apart * (Math.floor(v / d) % 3) : 0)) });
    const exact = await neighbours(search, 10, context);
    const near = await nearNeighbours(search, 10, context);
    let found = 0;
    for (let p = 0; p < rows; p++) {
      const own = new Set(near.positions.subarray(p * near.k, (p + 1) * near.k));
      expect(own.size).toBe(near.k);
      for (let i = 0; i < 10; i++) if (own.has(exact.positions[p * exact.k + i])) found++;
    }
    expect(found / rows / 10).toBeGreaterThan(0.9);
    const weigh = async (of: typeof near) => (await spanningTree(search, of, context)).weight.reduce((sum, w) => sum + w, 0);
    const [light, all] = [await weigh(near), await weigh(exact)];
    expect(light).toBeGreaterThanOrEqual(all * (1 - 1e-12));
    expect(light).toBeLessThan(1.01 * all);
    search.release();
  });
});
