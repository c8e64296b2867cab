import { describe, expect, it } from 'vitest';
import { createContext } from '../context.js';
import { createRng } from '../util/rng.js';
import { averageLinkage, clarity, coAssociation, longestLived } from './co-association.js';

const context = createContext();
const of = (...partitions: number[][]) => coAssociation(partitions[0].length, partitions.map((labels) => Int32Array.from(labels)), context);

describe('co-association', () => {
  it('is the share of partitions that put two rows together', async () => {
    const { shares } = await of([0, 0, 1], [0, 1, 1], [2, 2, 2], [0, 0, 1]);
    expect(Array.from(shares)).toEqual([1, 0.75, 0.25, 0.75, 1, 0.5, 0.25, 0.5, 1]);
  });

  it('counts only the partitions that have both rows', async () => {
    const { shares } = await of([0, 0, -1], [0, -1, 0], [0, 1, 0], [-1, -1, -1]);
    expect(Array.from(shares)).toEqual([1, 0.5, 1, 0.5, 1, 0, 1, 0, 1]);
  });

  // 0–1 join at 0.25; {0, 1}–2 at 1 − (0.25 + 0.5) / 2 = 0.625.
  it('is joined at the mean share of all pairs', async () => {
    const linkage = await averageLinkage(await of([0, 0, 1], [0, 1, 1], [2, 2, 2], [0, 0, 1]), Float64Array.of(1, 1, 1), context);
    expect([Array.from(linkage.merges), Array.from(linkage.heights)]).toEqual([[0, 1, 2, 3], [0.25, 0.625]]);
    const weighted = await averageLinkage(await of([0, 0, 1], [0, 1, 1], [2, 2, 2], [0, 0, 1]), Float64Array.of(3, 1, 1), context);
    expect(weighted.heights[1]).toBeCloseTo(1 - (3 * 0.25 + 0.5) / 4, 6);
  });

  it('is joined as by the plain algorithm, which looks for the nearest two groups every time', async () => {
    const rng = createRng(2, 'votes');
    const votes = Array.from({ length: 40 }, () => Array.from({ length: 25 }, (_, i) => (i % 5 + rng.int(3)) % 5));
    const { shares } = await of(...votes);
    let groups = Array.from({ length: 25 }, (_, i) => [i]);
    const heights: number[] = [];
    const mean = (a: number[], b: number[]) => a.reduce((sum, i) => sum + b.reduce((more, j) => more + shares[i * 25 + j], 0), 0) / (a.length * b.length);
    while (groups.length > 1) {
      let best = { a: 0, b: 1, share: -1 };
      groups.forEach((x, a) => groups.forEach((y, b) => { if (a < b && mean(x, y) > best.share) best = { a, b, share: mean(x, y) }; }));
      heights.push(1 - best.share);
      groups = [...groups.filter((_, g) => g !== best.a && g !== best.b), [...groups[best.a], ...groups[best.b]]];
    }
    const linkage = await averageLinkage(await of(...votes), new Float64Array(25).fill(1), context);
    linkage.heights.forEach((height, i) => expect(height).toBeCloseTo(heights[i], 5));
  });

  it('has as many groups as last longest, or one', () => {
    const shares = (...values: number[]) => ({ leaves: values.length + 1, heights: Float64Array.from(values, (share) => 1 - share) });
    expect(longestLived(shares(0.9, 0.8, 0.5, 0.01, 0.005), 5)).toBe(3);
    expect(longestLived(shares(0.9, 0.8, 0.5, 0.3, 0.2), 5)).toBe(1);
    expect(longestLived(shares(0.9, 0.8, 0.5, 0.4, 0.0001), 5)).toBe(2);
  });

  it('is clear where every pair is always or never together', async () => {
    expect(clarity(await of([0, 0, 1, 1], [1, 1, 0, 0]))).toEqual({ area: 1 - 2 / 6, ambiguous: 0 });
    const mixed = clarity(await of([0, 0, 1, 1], [0, 1, 0, 1]));
    expect(mixed.ambiguous).toBeCloseTo(4 / 6, 12);
    expect(mixed.area).toBeCloseTo(1 - (4 * 0.5) / 6, 12);
  });
});
