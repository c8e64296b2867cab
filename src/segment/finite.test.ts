import { describe, expect, it } from 'vitest';
import { createContext } from '../context.js';
import { referenceKernel } from '../kernel/reference.js';
import { agglomerative } from './algorithms/agglomerative.js';
import { gaussianMixture } from './algorithms/gaussian-mixture.js';
import { som } from './algorithms/som.js';
import { requireFinite } from '../kernel/finite.js';

describe('numbers that are none', () => {
  const holding = (value: number) => ({ rows: 3, d: 2, stride: 3, data: Float64Array.of(1, 2, Number.NaN, 3, value, 0, 5, 6, 0) });

  it.each([Number.NaN, Infinity, -Infinity, 1e200])('%s is refused, with its place', (value) => {
    expect(() => requireFinite(holding(value))).toThrow(`Row 2 holds ${value} as feature 2;`);
  });

  it('the padding is not looked at', () => {
    expect(() => requireFinite(holding(4))).not.toThrow();
  });

  it('are refused before any work is done', async () => {
    const context = createContext();
    const refused = { code: 'segment/not-finite' };
    await expect(agglomerative.fit(holding(Number.NaN), agglomerative.options.parse({ k: 2 }), context, referenceKernel())).rejects.toMatchObject(refused);
    await expect(gaussianMixture.fit(holding(Number.NaN), gaussianMixture.options.parse({ k: 2 }), context, referenceKernel())).rejects.toMatchObject(refused);
    await expect(som.fit(holding(Infinity), som.options.parse({ k: 2 }), context, referenceKernel())).rejects.toMatchObject(refused);
  });
});
