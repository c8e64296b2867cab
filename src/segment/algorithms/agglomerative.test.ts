import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { createContext } from '../../context.js';
import { openKernel } from '../../kernel/catalog.js';
import type { Points } from '../../kernel/kernel.js';
import { adjustedRand } from '../../util/agreement.js';
import { createRng } from '../../util/rng.js';
import { cut } from '../dendrogram.js';
import { linkage } from '../linkage.js';
import { agglomerative, assignLevels, atLevel, fitAgglomerative, type AgglomerativeOptions } from './agglomerative.js';

// Frozen by test/golden/mixtures.py (SciPy).
interface Tree {
  heights: number[];
  cuts: Record<string, string>;
  linkage?: [number, number, number][];
}
const read = (name: string) => JSON.parse(readFileSync(new URL(`../../../test/golden/${name}.json`, import.meta.url), 'utf8'));
const { iris, wine } = read('clustering') as Record<'iris' | 'wine', { rows: number[][]; target: number[] }>;
const { small, trees } = read('mixtures') as { small: number[][]; trees: Record<string, Record<AgglomerativeOptions['method'], Tree>> };
const sets: Record<string, Points> = { small: pointsOf(small), wine: pointsOf(wine.rows), iris: pointsOf(iris.rows) };

const context = createContext({ seed: 3 });
const kernel = await openKernel({ threads: 2 });
afterAll(() => kernel.close());
const fit = (x: Points, over: Partial<AgglomerativeOptions>) => fitAgglomerative(x, agglomerative.options.parse(over), context, kernel);

describe('agglomerative, against SciPy', () => {
  const cases = Object.entries(trees).flatMap(([name, methods]) => (['ward', 'average', 'complete'] as const).map((method) => ({ name, method, tree: methods[method] })));

  it.each(cases)('$method on $name joins at the same heights', async ({ name, method, tree }) => {
    const { dendrogram } = await fit(sets[name], { k: 2, method });
    // Equal distances may be joined in another order, which moves the heights of average and complete linkage on iris (rounded to millimetres).
    const close = name === 'iris' && method !== 'ward' ? 0.35 : 1e-10;
    expect(dendrogram.heights).toHaveLength(tree.heights.length);
    tree.heights.forEach((height, i) => expect(Math.abs(dendrogram.heights[i] - height)).toBeLessThan(close));
  });

  it.each(cases.filter(({ tree }) => Object.keys(tree.cuts).length > 0))('$method on $name is cut into the same groups', async ({ name, method, tree }) => {
    for (const [k, labels] of Object.entries(tree.cuts)) {
      const found = await fit(sets[name], { k: Number(k), method });
      expect(adjustedRand(Array.from(labels, Number), found.labels)).toBe(1);
      expect(agglomerative.assign(found.params, sets[name]).labels).toEqual(found.labels);
    }
  });

  it.each(['ward', 'average', 'complete'] as const)('%s gives the same linkage matrix', async (method) => {
    const { dendrogram } = await fit(sets.small, { k: 2, method });
    trees.small[method].linkage!.forEach(([a, b, size], i) => {
      expect([dendrogram.merges[2 * i], dendrogram.merges[2 * i + 1], dendrogram.sizes[i]]).toEqual([a, b, size]);
    });
  });

  it('Ward on iris: sizes, agreement with the species, last heights', async () => {
    const { labels, counts, dendrogram } = await fit(sets.iris, { k: 3 });
    expect(Array.from(counts)).toEqual([64, 50, 36]);
    expect(Math.abs(adjustedRand(iris.target, labels) - 0.7311985568)).toBeLessThan(1e-10);
    [3.8280526203, 4.8477085079, 6.3994068195, 12.3003960528, 32.4476069996].forEach((height, i) => {
      expect(Math.abs(dendrogram.heights[144 + i] - height)).toBeLessThan(1e-9);
    });
  });
});

describe('agglomerative', () => {
  it('a weighted point is that many equal rows', async () => {
    const values = Float64Array.of(0, 1, 4, 9);
    for (const method of ['ward', 'average', 'complete'] as const) {
      const weighted = await linkage(values, 1, Float64Array.of(2, 1, 3, 1), method, context, kernel);
      const repeated = await linkage(Float64Array.of(0, 0, 1, 4, 4, 4, 9), 1, new Float64Array(7).fill(1), method, context, kernel);
      expect(repeated.heights.subarray(0, 3)).toEqual(new Float64Array(3));
      weighted.heights.forEach((height, i) => expect(height).toBeCloseTo(repeated.heights[3 + i], 12));
      expect(weighted.sizes).toEqual(repeated.sizes.slice(3));
    }
  });

  it('a weighted point is that many equal rows, whatever the points', async () => {
    const points = fc.array(fc.tuple(fc.double({ min: -9, max: 9, noNaN: true }), fc.integer({ min: -3, max: 3 }), fc.integer({ min: 1, max: 4 })), { minLength: 2, maxLength: 40 });
    await fc.assert(fc.asyncProperty(points, fc.integer(), async (drawn, seed) => {
      // A little noise, so that there is one dendrogram only.
      const rng = createRng(seed, 'weights');
      const rows = drawn.map(([a, b, weight]) => ({ values: [a + 0.1 * rng.normal(), b + 0.1 * rng.normal()], weight }));
      const weighted = await linkage(Float64Array.from(rows.flatMap(({ values }) => values)), 2, Float64Array.from(rows, ({ weight }) => weight), 'ward', context, kernel);
      const each = rows.flatMap(({ values, weight }) => Array.from({ length: weight }, () => values));
      const repeated = await linkage(Float64Array.from(each.flat()), 2, new Float64Array(each.length).fill(1), 'ward', context, kernel);
      const equal = each.length - rows.length;
      expect(repeated.heights.subarray(0, equal)).toEqual(new Float64Array(equal));
      weighted.heights.forEach((height, i) => expect(Math.abs(repeated.heights[equal + i] - height)).toBeLessThan(1e-9));
      expect(weighted.sizes).toEqual(repeated.sizes.slice(equal));
    }), { numRuns: 100, seed: 1 });
  });

  it('joins as Lance and Williams do when every pair is looked at', async () => {
    const points = fc.array(fc.tuple(fc.integer({ min: -9, max: 9 }), fc.double({ min: -3, max: 3, noNaN: true }), fc.constantFrom(0, 0, 0, 500), fc.integer({ min: 1, max: 5 })), { minLength: 2, maxLength: 25 });
    await fc.assert(fc.asyncProperty(points, fc.constantFrom('ward' as const, 'complete' as const, 'average' as const), fc.integer(), async (rows, method, seed) => {
      // A little noise, so that no two distances are alike and there is one dendrogram only.
      const rng = createRng(seed, 'ties');
      const noisy = rows.map(([a, b, c, weight]) => ({ values: [a + 0.1 * rng.normal(), b + 0.1 * rng.normal(), c + 0.1 * rng.normal()], weight }));
      const { heights, sizes } = await linkage(Float64Array.from(noisy.flatMap(({ values }) => values)), 3, Float64Array.from(rows, (row) => row[3]), method, context, kernel);
      const expected = everyPair(noisy, method);
      expected.forEach(([height, size], i) => {
        expect(Math.abs(heights[i] - height)).toBeLessThan(1e-9 * (1 + height));
        expect(sizes[i]).toBe(size);
      });
    }), { numRuns: 150, seed: 1 });
  });

  it('cuts nest: each group of a finer cut lies inside one of a coarser cut', async () => {
    const { params, labels } = await fit(sets.wine, { k: 3 });
    expect(cut(params, 3)).toEqual(labels);
    for (let k = 2; k < 12; k++) {
      const [coarse, fine] = [cut(params, k), cut(params, k + 1)];
      const pairs = new Set(fine.map((group, i) => group * 1000 + coarse[i]));
      expect(pairs.size).toBe(k + 1);
    }
    expect(() => cut(params, 179)).toThrow('k is 179');
  });

  it('gives the same model at any level, and assigns by it', async () => {
    for (const assignBy of ['member', 'segment'] as const) {
      const [three, seven] = [await fit(sets.wine, { k: 3, assignBy }), await fit(sets.wine, { k: 7, assignBy })];
      expect(atLevel(three.params, 7)).toEqual(seven.params);
      if (assignBy === 'member') expect(agglomerative.assign(atLevel(three.params, 7), sets.wine).labels).toEqual(seven.labels);
    }
  });

  it('places rows at several levels, each row\'s micro-segment inside its segment', async () => {
    for (const assignBy of ['member', 'segment'] as const) {
      const { params } = await fit(sets.wine, { k: 3, assignBy });
      const [broad, fine] = assignLevels(params, sets.wine, [9, 3]);
      expect([broad.k, fine.k]).toEqual([3, 9]);
      expect(broad.labels).toEqual(cut(params, 3));
      fine.labels.forEach((micro, i) => expect(fine.parents![micro]).toBe(broad.labels[i]));
    }
  });

  it('is said as one form per leaf, and not at all where that would be too many', async () => {
    const { params } = await fit(blobs(120, 2, 3), { k: 3 });
    expect(agglomerative.forms!(params)!.forms.map(({ segment }) => segment)).toEqual(params.groups);
    expect(agglomerative.forms!((await fit(blobs(1_001, 2, 3), { k: 3 })).params)).toBeUndefined();
  });

  it('cuts into as many groups as there are leaves, and into one', () => {
    const tree = { leaves: 4, weights: [1, 1, 1, 1], merges: [1, 3, 0, 4, 2, 5], heights: [1, 2, 3], sizes: [2, 3, 4] };
    expect(Array.from(cut(tree, 4))).toEqual([0, 1, 2, 3]);
    expect(Array.from(cut(tree, 2))).toEqual([0, 0, 1, 0]);
    expect(Array.from(cut(tree, 1))).toEqual([0, 0, 0, 0]);
  });

  it('above exactRows, micro-clusters give nearly the exact Ward segments, and sizes count rows', async () => {
    const x = blobs(4_000, 4, 5);
    const exact = await fit(x, { k: 5 });
    const micro = await fit(x, { k: 5, exactRows: 1_000, microClusters: 300 });
    expect([exact.params.exact, micro.params.exact]).toEqual([true, false]);
    expect(micro.dendrogram.sizes.at(-1)).toBe(4_000);
    expect(micro.counts.reduce((a, b) => a + b, 0)).toBe(4_000);
    expect(adjustedRand(exact.labels, micro.labels)).toBeGreaterThan(0.95);
    expect(Math.abs(micro.dendrogram.heights.at(-1)! / exact.dendrogram.heights.at(-1)! - 1)).toBeLessThan(0.02);
    expect(exact.params.agreement).toBeUndefined();
    expect(micro.params.agreement).toBeGreaterThan(0.95);
  });

  it('assigned by segment, a row goes to the nearest mean', async () => {
    const x = pointsOf([[0], [1], [2], [10], [11]]);
    const { params } = await fit(x, { k: 2, assignBy: 'segment' });
    expect(params.centroids).toEqual([1, 10.5]);
    expect(Array.from(agglomerative.assign(params, pointsOf([[5.7], [5.8]])).labels)).toEqual([0, 1]);
  });

  it('joins at the same heights whatever the order of the rows', async () => {
    const x = blobs(700, 3, 4);
    const order = Array.from({ length: x.rows }, (_, i) => (i * 171 + 3) % x.rows);
    const mixed: Points = { ...x, data: Float64Array.from({ length: x.rows * 3 }, (_, v) => x.data[order[Math.floor(v / 3)] * 3 + (v % 3)]) };
    const [straight, shuffled] = [await fit(x, { k: 2 }), await fit(mixed, { k: 2 })];
    straight.dendrogram.heights.forEach((height, i) => expect(Math.abs(shuffled.dendrogram.heights[i] - height)).toBeLessThan(1e-9));
  });

  it('joins points on a lattice, where nearly all distances are equal, and a row of points each farther from the next', async () => {
    const lattice: Points = { rows: 900, d: 2, stride: 2, data: Float64Array.from({ length: 1800 }, (_, v) => (v % 2 ? Math.floor(v / 2) % 30 : Math.floor(v / 60))) };
    const { dendrogram } = await fit(lattice, { k: 1 });
    expect(dendrogram.sizes.at(-1)).toBe(900);
    // First pairs of neighbours, as long as there are any: √(2 × ½ × 1²). Then a point and a pair beside it: √(2 × ⅔ × (1² + ½²)).
    const pairs = dendrogram.heights.filter((height) => height === 1).length;
    expect(pairs).toBeGreaterThan(400);
    expect(dendrogram.heights[pairs]).toBeCloseTo(Math.sqrt(5 / 3), 12);
    const row = await fit({ rows: 400, d: 1, stride: 1, data: Float64Array.from({ length: 400 }, (_, i) => (i * (i + 1)) / 2) }, { k: 1 });
    expect(row.dendrogram.heights[0]).toBe(1);
    expect(row.dendrogram.sizes.at(-1)).toBe(400);
  });

  it('neither overflows nor vanishes at the ends of the number range', async () => {
    for (const scale of [1e149, 1e-200]) {
      const { dendrogram } = await fit(pointsOf([[0], [1], [5], [5.5]].map(([value]) => [value * scale])), { k: 2 });
      const expected = [0.5, 1, Math.sqrt(2) * 4.75];
      dendrogram.heights.forEach((height, i) => expect(height / scale).toBeCloseTo(expected[i], 12));
    }
  });

  it('gives the same bits on 1, 2 and 4 threads', async () => {
    const x = blobs(3_000, 12, 4);
    const found = [];
    for (const threads of [1, 2, 4]) {
      const own = await openKernel({ threads });
      found.push((await fitAgglomerative(x, agglomerative.options.parse({ k: 4 }), context, own)).params);
      await own.close();
    }
    expect(found[1]).toEqual(found[0]);
    expect(found[2]).toEqual(found[0]);
  });

  it('never joins lower than before', async () => {
    for (const method of ['ward', 'average', 'complete'] as const) {
      const { dendrogram } = await fit(blobs(500, 3, 4), { k: 2, method });
      for (let i = 1; i < 499; i++) expect(dendrogram.heights[i]).toBeGreaterThanOrEqual(dendrogram.heights[i - 1]);
    }
  });
});

/** Height and size of every merge, by the Lance–Williams formulas on all pairs. */
function everyPair(points: readonly { values: readonly number[]; weight: number }[], method: AgglomerativeOptions['method']): [number, number][] {
  let groups = points.map(({ weight }) => weight);
  let between = points.map((a) => points.map((b) => {
    const distance = Math.hypot(...a.values.map((value, j) => value - b.values[j]));
    return method === 'ward' ? ((2 * a.weight * b.weight) / (a.weight + b.weight)) * distance ** 2 : distance;
  }));
  const merges: [number, number][] = [];
  while (groups.length > 1) {
    let [p, q] = [0, 1];
    for (let a = 0; a < groups.length; a++) for (let b = a + 1; b < groups.length; b++) if (between[a][b] < between[p][q]) [p, q] = [a, b];
    const apart = between[p][q];
    const [wp, wq] = [groups[p], groups[q]];
    merges.push([method === 'ward' ? Math.sqrt(apart) : apart, wp + wq]);
    const rest = groups.map((_, g) => g).filter((g) => g !== p && g !== q);
    const joined = rest.map((g) => {
      const [fromP, fromQ, w] = [between[p][g], between[q][g], groups[g]];
      if (method === 'complete') return Math.max(fromP, fromQ);
      if (method === 'average') return (wp * fromP + wq * fromQ) / (wp + wq);
      return ((w + wp) * fromP + (w + wq) * fromQ - w * apart) / (w + wp + wq);
    });
    between = [...rest.map((g, r) => [...rest.map((h) => between[g][h]), joined[r]]), [...joined, 0]];
    groups = [...rest.map((g) => groups[g]), wp + wq];
  }
  return merges;
}

function pointsOf(rows: readonly (readonly number[])[]): Points {
  return { rows: rows.length, d: rows[0].length, stride: rows[0].length, data: Float64Array.from(rows.flat()) };
}

function blobs(rows: number, d: number, groups: number): Points {
  const rng = createRng(5, 'blobs');
  const centres = Array.from({ length: groups * d }, () => 4 * rng.normal());
  return { rows, d, stride: d, data: Float64Array.from({ length: rows * d }, (_, v) => centres[(Math.floor(v / d) % groups) * d + (v % d)] + rng.normal()) };
}
