import { describe, expect, it } from 'vitest';
import { adjustedRand } from '../util/agreement.js';
import { createRng } from '../util/rng.js';
import { assignRows, fitSegments, membershipsOfRows, pointsOf, updateRows } from './fit.js';

describe('fitting a matrix of numbers', () => {
  it('finds the segments that are there when nothing is said', async () => {
    const { rows, truth } = blobs(900, 3);
    const found = await fitSegments(rows);
    expect(found).toMatchObject({ algorithm: 'kmeans', k: 3, choice: { verdict: 'segments' } });
    expect(adjustedRand(found.labels, truth)).toBeGreaterThan(0.99);
  });

  it('says what is proven beside what was asked for', async () => {
    const { rows } = blobs(900, 3);
    const same = await fitSegments(rows, { algorithm: 'gaussian-mixture' });
    expect(same.choice).toMatchObject({ verdict: 'segments', k: 3, asked: { title: expect.stringContaining('Gaussian mixture'), proven: 3 } });
    const other = await fitSegments(rows, { algorithm: 'kmeans', k: 7 });
    expect(other.choice).toMatchObject({ verdict: 'no-proven-structure', k: 7, asked: { proven: 3 } });
    expect(other.choice.reason).toContain('other segments than the 3 that are proven');
  });

  it('places new rows later, from parameters that went through JSON', async () => {
    const { rows } = blobs(600, 2);
    const { algorithm, params, assign, labels } = await fitSegments(rows, { algorithm: 'hdbscan', settings: { minClusterSize: 20 } });
    const fresh = [[0.1, 0.2], [8, 0], [400, 400]];
    const again = assignRows({ algorithm, params: JSON.parse(JSON.stringify(params)) }, fresh);
    expect(again).toEqual(assign(fresh));
    expect(again.labels[2]).toBe(-1);
    expect(assign(rows).labels).toEqual(labels);
  });

  it('writes formulas under the names of the columns, and says where there is none', async () => {
    const { rows } = blobs(300, 2);
    const centres = await fitSegments(rows, { algorithm: 'kmeans', k: 2, names: ['spend', 'visits'] });
    expect(centres.sql('customers')).toMatch(/"spend"[\s\S]*"visits"[\s\S]*FROM customers/);
    expect(centres.js()).toContain('"spend"');
    const dense = await fitSegments(rows, { algorithm: 'hdbscan' });
    expect(() => dense.sql('customers')).toThrow(expect.objectContaining({ code: 'segment/no-formula' }));
  });

  it('learns from more rows, and says how much a row belongs to each segment', async () => {
    const { rows } = blobs(600, 2);
    const stream = await fitSegments(rows, { algorithm: 'mini-batch-kmeans', k: 2 });
    const moved = updateRows(stream, [[9, 6], [9, 6]], { decay: 0 });
    const centroids = moved['centroids'] as number[];
    expect(centroids.filter((_, v) => v % 2 === 0).some((first, c) => first === 9 && centroids[2 * c + 1] === 6)).toBe(true);
    expect(() => updateRows({ ...stream, algorithm: 'kmeans' }, [[1, 2]])).toThrow(expect.objectContaining({ code: 'segment/no-updates' }));

    const mixture = await fitSegments(rows, { algorithm: 'gaussian-mixture', k: 2 });
    const shares = membershipsOfRows(mixture, [[0, 0], [4, 3]])!;
    expect(shares[0] + shares[1]).toBeCloseTo(1, 12);
    expect(Math.max(shares[0], shares[1])).toBeGreaterThan(0.999);
    expect(membershipsOfRows(stream, [[0, 0]])).toBeUndefined();
  });

  it('takes a typed array as it is', async () => {
    const data = Float32Array.from(blobs(300, 2).rows.flat());
    const x = pointsOf(data, 2);
    expect(x).toMatchObject({ rows: 300, d: 2 });
    expect(x.data).toBe(data);
  });

  it.each([
    ['rows of different lengths', [[1, 2], [3]], {}, 'segment/ragged', 'Row 2 has 1 numbers where 2 are expected'],
    ['no rows', [], {}, 'segment/ragged', 'Row 1 has 0 numbers'],
    ['a missing value', [[1, 2], [3, Number.NaN]], {}, 'segment/not-finite', 'Row 2 holds NaN as feature 2'],
    ['a mistyped name', [[1], [2]], { algorithm: 'kmean' }, 'segment/unknown-algorithm', "Did you mean 'kmeans'?"],
    ['k where it is found', [[1], [2]], { algorithm: 'dbscan', k: 3 }, 'segment/takes-no-k', 'takes no k'],
    ['an unknown option', blobs(100, 2).rows, { algorithm: 'kmeans', settings: { restart: 3 } }, 'config/invalid', "Did you mean 'restarts'?"],
  ])('refuses %s with a sentence', async (_, rows, options, code, sentence) => {
    await expect(fitSegments(rows, options)).rejects.toMatchObject({ code, message: expect.stringContaining(sentence) });
  });
});

function blobs(n: number, groups: number): { rows: number[][]; truth: number[] } {
  const rng = createRng(n, 'fit');
  const truth = Array.from({ length: n }, (_, i) => i % groups);
  return { truth, rows: truth.map((g) => [8 * g + 0.5 * rng.normal(), (g % 2) * 6 + 0.5 * rng.normal()]) };
}
