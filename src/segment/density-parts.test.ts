import { afterAll, describe, expect, it } from 'vitest';
import { createContext } from '../context.js';
import { openKernel } from '../kernel/catalog.js';
import type { Points } from '../kernel/kernel.js';
import { nullCloud, nullFamilies } from '../simulate/clouds.js';
import { adjustedRand } from '../util/agreement.js';
import { createRng } from '../util/rng.js';
import { densityParts, gapNeeded } from './density-parts.js';
import { dithered } from './dither.js';

const kernel = await openKernel({ threads: 2 });
afterAll(() => kernel.close());
const context = createContext({ seed: 3 });

describe('parts with gaps between them', () => {
  it('are a bar and the bow around it', async () => {
    const rng = createRng(1, 'bow');
    const truth = Int32Array.from({ length: 800 }, (_, i) => i % 2);
    const x = cloud(800, (i) => {
      if (i % 2 === 0) return [rng.next() - 0.5, 2 * rng.next()];
      const angle = Math.PI * rng.next();
      return [3 * Math.cos(angle) + 0.1 * rng.normal(), 3 * Math.sin(angle) + 0.1 * rng.normal()];
    });
    const parts = await densityParts(x, context, kernel);
    expect(parts.k).toBe(2);
    expect(adjustedRand(parts.labels, truth)).toBe(1);
    expect(parts.agreeing).toBeGreaterThan(4);
    expect(parts.dimension).toBeGreaterThan(1);
    expect(parts.dimension).toBeLessThanOrEqual(2);
  });

  it('are more certain the wider the gap', async () => {
    const evidence = [];
    for (const gap of [0.3, 0.6, 1.2]) {
      const rng = createRng(2, 'halves');
      evidence.push((await densityParts(cloud(600, (i) => [rng.next() + (i % 2) * (1 + gap), rng.next()]), context, kernel)).evidence!);
    }
    expect(evidence[0]).toBeGreaterThan(gapNeeded(600));
    expect(evidence[1]).toBeGreaterThan(evidence[0]);
    expect(evidence[2]).toBeGreaterThan(evidence[1]);
  });

  it.each(Object.keys(nullFamilies))('are not found in a %s', async (family) => {
    for (const [rows, d] of [[400, 2], [1200, 5]]) {
      const parts = await densityParts(nullCloud(family, rows, d, createRng(rows + d, family)), context, kernel);
      expect(parts.k, `${rows} × ${d}, evidence ${parts.evidence}`).toBe(1);
      expect(parts.evidence).toBeUndefined();
    }
  });

  it('are one where rows are few or equal', async () => {
    expect((await densityParts(cloud(4, (i) => [i, 9 * (i % 2)]), context, kernel)).k).toBe(1);
    expect((await densityParts(cloud(100, () => [1, 2]), context, kernel)).k).toBe(1);
  });
});

describe('dithering', () => {
  it('leaves no gaps between counts on a log scale', async () => {
    const rng = createRng(5, 'counts');
    const x = cloud(1500, () => {
      const busy = rng.normal();
      const count = (mean: number) => Math.log1p(Math.max(0, Math.round(mean * Math.exp(0.8 * busy + 0.4 * rng.normal()) - 0.5)));
      return [count(2), count(3)];
    });
    expect((await densityParts(dithered(x, createRng(6, 'counts')), context, kernel)).k).toBe(1);
  });

  it('does not take repetition for density', async () => {
    const rng = createRng(9, 'repeated');
    const once = cloud(400, () => [rng.normal(), rng.normal()]);
    const often = { rows: 1600, d: 2, stride: 2, data: Float64Array.from({ length: 3200 }, (_, v) => once.data[v % 800]) };
    const found = await densityParts(often, context, kernel);
    expect(found.k).toBe(1);
    expect(found.labels).toHaveLength(1600);
    const apart = { ...often, data: often.data.map((value, v) => (v % 2 === 0 && (v >> 1) % 400 < 150 ? value + 12 : value)) };
    const two = await densityParts(apart, context, kernel);
    expect([two.k, two.evidence !== undefined && Number.isFinite(two.evidence)]).toEqual([2, true]);
    expect(two.labels.slice(0, 400)).toEqual(two.labels.slice(1200));
  });

  it('spreads coarse columns over their steps and leaves others alone', () => {
    const rng = createRng(3, 'dither');
    const x = cloud(500, (i) => [i % 5, rng.normal()]);
    const y = dithered(x, createRng(4, 'dither'));
    for (let i = 0; i < 500; i++) {
      expect(Math.abs(y.data[2 * i] - x.data[2 * i])).toBeLessThanOrEqual(0.5);
      expect(y.data[2 * i + 1]).toBe(x.data[2 * i + 1]);
    }
    expect(new Set(Array.from({ length: 500 }, (_, i) => y.data[2 * i])).size).toBe(500);
  });
});

function cloud(rows: number, row: (i: number) => readonly [number, number]): Points {
  return { rows, d: 2, stride: 2, data: Float64Array.from(Array.from({ length: rows }, (_, i) => row(i)).flat()) };
}
