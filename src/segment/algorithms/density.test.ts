import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { createContext } from '../../context.js';
import { openKernel } from '../../kernel/catalog.js';
import { adjustedRand } from '../../util/agreement.js';
import { createRng } from '../../util/rng.js';
import { assignToCores, dbscan, fitDbscan } from './dbscan.js';
import { assignDense, fitHdbscan, hdbscan } from './hdbscan.js';

interface Golden {
  readonly rows: readonly (readonly number[])[];
  readonly dbscan: { readonly eps: number; readonly minSamples: number; readonly labels: readonly number[] };
  readonly hdbscan: readonly { readonly options: Record<string, unknown>; readonly labels: readonly number[]; readonly strength: readonly number[] }[];
}

const golden = JSON.parse(readFileSync(new URL('../../../test/golden/density.json', import.meta.url), 'utf8')) as Record<string, Golden>;
const context = createContext({ seed: 1 });
const kernel = await openKernel({ threads: 2 });
afterAll(() => kernel.close());
const points = (rows: readonly (readonly number[])[], d = rows[0].length) => ({ rows: rows.length, d, stride: d, data: Float64Array.from(rows.flat()) });
/** Outliers as a group of their own, so that partitions can be compared. */
const whole = (labels: ArrayLike<number>) => Array.from(labels, (label) => label + 1);
const sizes = (labels: Int32Array) => [...new Set(labels)].map((l) => labels.filter((m) => m === l).length).sort((a, b) => a - b);
const runs = {
  dbscan: async (rows: readonly (readonly number[])[], over: object = {}) => {
    const fit = await fitDbscan(points(rows), dbscan.options.parse(over), context, kernel);
    return { ...fit, assigned: assignToCores(fit.params, points(rows)) };
  },
  hdbscan: async (rows: readonly (readonly number[])[], over: object = {}) => {
    const fit = await fitHdbscan(points(rows), hdbscan.options.parse(over), context, kernel);
    return { ...fit, assigned: assignDense(fit.params, points(rows)) };
  },
};

describe('DBSCAN', () => {
  it('finds 49, 84 and 17 outliers in iris', async () => {
    const { labels, params } = await runs.dbscan(golden.iris.rows, { eps: 0.5, minSamples: 5 });
    expect([0, 1, -1].map((l) => labels.filter((m) => m === l).length)).toEqual([84, 49, 17]);
    expect(params.k).toBe(2);
  });

  it.each(Object.entries(golden))('agrees with the reference on %s: outliers, and segments of all but border rows between two', async (_, { rows, dbscan: expected }) => {
    const { labels, core } = await runs.dbscan(rows, { eps: expected.eps, minSamples: expected.minSamples });
    expect(Array.from(labels, (l) => l < 0)).toEqual(expected.labels.map((l) => l < 0));
    const cores = [...labels.keys()].filter((i) => core[i] === 1);
    expect(adjustedRand(cores.map((i) => labels[i]), cores.map((i) => expected.labels[i]))).toBe(1);
    expect(adjustedRand(whole(labels), whole(expected.labels))).toBeGreaterThan(0.99);
  });

  it('gives border rows to the nearest core row, by hand', async () => {
    const rows = [0, 1, 2, 3.4, 5, 6, 7, 20].map((v) => [v]);
    const { labels, params, assigned } = await runs.dbscan(rows, { eps: 1.7, minSamples: 4 });
    // Within 1.7 of 2 lie 1, 2, 3.4; of 3.4: 2, 3.4, 5: nobody has 4.
    expect(new Set(labels)).toEqual(new Set([-1]));
    expect(params.k).toBe(0);
    expect(Array.from(assigned.second)).toEqual(Array(8).fill(-1));
    const three = await runs.dbscan(rows, { eps: 1.45, minSamples: 3 });
    expect(Array.from(three.core)).toEqual([0, 1, 1, 0, 0, 1, 0, 0]);
    expect(Array.from(three.labels)).toEqual([0, 0, 0, 0, 1, 1, 1, -1]);
    const { labels: fresh, strength, second } = assignToCores(three.params, points([[1], [3], [5], [9]]));
    expect(Array.from(fresh)).toEqual([0, 0, 1, -1]);
    expect(strength[0]).toBe(1);
    expect(strength[1]).toBeCloseTo(1 - 1 / 1.45, 6);
    expect(Array.from(second)).toEqual([1, 1, 0, 1]);
  });
});

describe('HDBSCAN*', () => {
  it('finds 50 and 100 in iris', async () => {
    const { labels } = await runs.hdbscan(golden.iris.rows, { minClusterSize: 5 });
    expect([0, 1].map((l) => labels.filter((m) => m === l).length)).toEqual([100, 50]);
  });

  const cases = Object.entries(golden).filter(([name]) => name !== 'iris')
    .flatMap(([name, { rows, hdbscan: all }]) => all.map((expected) => ({ name, rows, expected, says: JSON.stringify(expected.options) })));

  it.each(cases)('agrees with the reference on $name with $says: labels and strengths', async ({ name, rows, expected }) => {
    const { labels, strength } = await runs.hdbscan(rows, expected.options);
    const alike = [...labels.keys()].filter((i) => Math.abs(strength[i] - expected.strength[i]) < 2e-6);
    expect(adjustedRand(alike.map((i) => labels[i] + 1), alike.map((i) => expected.labels[i] + 1))).toBe(1);
    expect(alike.map((i) => labels[i] < 0)).toEqual(alike.map((i) => expected.labels[i] < 0));
    // With core distances, rows that bridge two groups often have equally near neighbours in both: then there are several minimum spanning trees, and
    // either answer is right. Far apart, or with plain distances, there is one tree.
    const unique = expected.options.minSamples === 1 || name.startsWith('far');
    expect(rows.length - alike.length).toBeLessThanOrEqual(unique ? 0 : rows.length / 5);
    expect(adjustedRand(whole(labels), whole(expected.labels))).toBeGreaterThan(unique ? 1 - 1e-12 : 0.98);
  });

  it('assigns a new row to the segment around it, and one far away to none', async () => {
    const rng = createRng(4, 'two');
    const rows = Array.from({ length: 200 }, (_, i) => [rng.normal() + (i % 2) * 20, rng.normal()]);
    const { params, labels } = await runs.hdbscan(rows, { minClusterSize: 20, minSamples: 5 });
    const fresh = assignDense(params, points([[0, 0], [20, 0], [10, 60], [1e12, 5]]));
    expect(Array.from(fresh.labels)).toEqual([labels.find((l, i) => i % 2 === 0 && l >= 0), labels.find((l, i) => i % 2 === 1 && l >= 0), -1, -1]);
    expect(fresh.strength[0]).toBeGreaterThan(0.5);
    expect(Array.from(fresh.strength.subarray(2))).toEqual([0, 0]);
  });

  it('finds the same groups among near neighbours, and says that it was approximate', async () => {
    const rng = createRng(5, 'approximate');
    const rows = Array.from({ length: 1500 }, (_, i) => Array.from({ length: 20 }, (__, j) => rng.normal() + (j === i % 3 ? 12 : 0)));
    const exact = await runs.hdbscan(rows, { minClusterSize: 20 });
    const near = await runs.hdbscan(rows, { minClusterSize: 20, neighbours: 'approximate' });
    expect([exact.params.approximate, near.params.approximate]).toEqual([undefined, true]);
    expect(near.params.k).toBe(3);
    expect(adjustedRand(whole(near.labels), whole(exact.labels))).toBeGreaterThan(0.98);
  });

  it('gives planted outliers the highest scores', async () => {
    const rng = createRng(6, 'glosh');
    const rows = Array.from({ length: 300 }, (_, i) => [rng.normal() + (i % 3) * 30, rng.normal() + (i < 5 ? 40 + 9 * i : 0)]);
    const { outlierScores } = await runs.hdbscan(rows, { minClusterSize: 20, minSamples: 5 });
    const first = [...outlierScores.keys()].sort((a, b) => outlierScores[b] - outlierScores[a]).slice(0, 5);
    expect(first.sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4]);
    expect(outlierScores.every((s) => s >= 0 && s <= 1)).toBe(true);
  });
});

describe.each(['dbscan', 'hdbscan'] as const)('%s', (name) => {
  const run = runs[name];

  it('assigns fitted rows as the fit did, also after a trip through JSON, and gives the same params again', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 20 }), fc.integer(), async (n, d, seed) => {
        const rng = createRng(seed, 'rows');
        const rows = Array.from({ length: n }, (_, i) => Array.from({ length: d }, () => rng.normal() + 9 * (i % 3)));
        const over = name === 'dbscan' ? { eps: 0.9 * Math.sqrt(d) } : {};
        const { params, labels, assigned } = await run(rows, over);
        expect(assigned.labels).toEqual(labels);
        const assign = (name === 'dbscan' ? assignToCores : assignDense) as (params: unknown, x: ReturnType<typeof points>) => typeof assigned;
        expect(assign(JSON.parse(JSON.stringify(params)), points(rows))).toEqual(assigned);
        expect((await run(rows, over)).params).toEqual(params);
        const order = [...new Set(labels)].filter((l) => l >= 0).sort((a, b) => a - b).map((l) => labels.filter((m) => m === l).length);
        expect(order).toEqual([...order].sort((a, b) => b - a));
        expect(order).toHaveLength(params.k);
      }),
      { numRuns: 25 },
    );
  });

  it.each([0, 1, 2, 3])('calls everyone an outlier where %i rows are fewer than it needs', async (n) => {
    const rows = Array.from({ length: n }, (_, i) => [i, 1]);
    const x = points(rows, 2);
    const fit = name === 'dbscan' ? await fitDbscan(x, dbscan.options.parse({ eps: 9 }), context, kernel) : await fitHdbscan(x, hdbscan.options.parse({ minSamples: 2 }), context, kernel);
    expect(Array.from(fit.labels)).toEqual(Array(n).fill(-1));
    expect(fit.params.k).toBe(0);
    expect(JSON.stringify(fit.params)).not.toContain('null');
  });

  it('keeps two piles of identical rows apart', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => [i % 2, 5]);
    const { labels, assigned } = await run(rows);
    expect(sizes(labels)).toEqual([20, 20]);
    expect(labels.every((l, i) => l === labels[i % 2])).toBe(true);
    expect(assigned.strength.every((s) => s === 1)).toBe(true);
  });

  it('finds the same with a constant column and with one row at 1e12', async () => {
    const { rows } = golden['blobs in 2'];
    const over = name === 'dbscan' ? {} : { minClusterSize: 15 };
    const plain = await run(rows, over);
    expect((await run(rows.map((row) => [...row, 7]), over)).labels).toEqual(plain.labels);
    const { labels } = await run([...rows, [1e12, 0]], over);
    expect(labels[rows.length]).toBe(-1);
    if (name === 'dbscan') expect(labels.subarray(0, rows.length)).toEqual(plain.labels);
  });

  it('refuses NaN, naming the row', async () => {
    await expect(run([[1, 2], [3, NaN]])).rejects.toThrow('Row 2 holds NaN as feature 2');
  });

  it('stops promptly when asked in the middle', async () => {
    const rng = createRng(8, 'many');
    const x = { rows: 20_000, d: 8, stride: 8, data: Float64Array.from({ length: 160_000 }, () => rng.normal()) };
    const control = new AbortController();
    const stoppable = createContext({ signal: control.signal });
    let asked = 0;
    setTimeout(() => {
      asked = performance.now();
      control.abort();
    }, 60);
    const fit = name === 'dbscan' ? fitDbscan(x, dbscan.options.parse({ eps: 1 }), stoppable, kernel) : fitHdbscan(x, hdbscan.options.parse({}), stoppable, kernel);
    await expect(fit).rejects.toMatchObject({ code: 'run/aborted' });
    expect(performance.now() - asked).toBeLessThan(500);
  });
});

it('HDBSCAN* finds no segments among identical rows unless one is allowed; DBSCAN finds one', async () => {
  const rows = Array.from({ length: 30 }, () => [4, 4, 4]);
  expect((await runs.hdbscan(rows)).params.k).toBe(0);
  expect(new Set((await runs.hdbscan(rows, { allowSingle: true })).labels)).toEqual(new Set([0]));
  const one = await runs.dbscan(rows);
  expect(new Set(one.labels)).toEqual(new Set([0]));
  expect(new Set(one.assigned.second)).toEqual(new Set([0]));
});
