import { describe, expect, it } from 'vitest';
import { createContext } from '../context.js';
import type { Examples } from '../domain/examples.js';
import { createRng } from '../util/rng.js';
import type { Ask } from './ask.js';
import { lime } from './lime.js';

const rng = createRng(3);
const inputs = ['a', 'b', 'c', 'd'].map((name) => ({ name }));
const background: Examples = { rows: 400, inputs, columns: inputs.map(() => Float64Array.from({ length: 400 }, () => rng.normal())) };
const x: Examples = { rows: 1, inputs, columns: [2, -1, 1, 3].map((value) => Float64Array.of(value)) };
const weighted: Ask = ({ rows, columns: [a, b, c] }) => Float64Array.from({ length: rows }, (_, i) => 3 * a[i] - 2 * b[i] + c[i]);

describe('LIME', () => {
  it('finds what each input adds to a sum, and that the model is one', () => {
    const { weights, base, fit, stability } = lime(weighted, x, 0, background, createContext({ seed: 1 }), 8000);
    // Own value against a background of mean 0.
    expect(weights[0]).toBeCloseTo(6, 0);
    expect(weights[1]).toBeCloseTo(2, 0);
    expect(weights[2]).toBeCloseTo(1, 0);
    expect(Math.abs(weights[3])).toBeLessThan(0.3);
    expect(base + weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(9, 0);
    expect(fit).toBeGreaterThan(0.4);
    expect(stability).toBeGreaterThan(0.95);
  });

  it('gives the same bits for the same seed, and others for another', () => {
    const first = lime(weighted, x, 0, background, createContext({ seed: 5 }));
    expect(lime(weighted, x, 0, background, createContext({ seed: 5 }))).toEqual(first);
    expect(lime(weighted, x, 0, background, createContext({ seed: 6 })).weights).not.toEqual(first.weights);
  });

  it('says that it cannot be relied on where it cannot', () => {
    // What the model says changes with every digit.
    const noise: Ask = ({ rows, columns: [a, b, c, d] }) => Float64Array.from({ length: rows }, (_, i) => Math.sin(1e6 * (a[i] + 7 * b[i] + 5 * c[i] + 3 * d[i])));
    const { fit, stability } = lime(noise, x, 0, background, createContext({ seed: 1 }), 400);
    expect(stability).toBeLessThan(0.6);
    expect(fit).toBeLessThan(0.3);
  });

  it('gives nothing to any input of a model that always says the same', () => {
    const { weights, base, fit, stability } = lime(({ rows }) => new Float64Array(rows).fill(0.3), x, 0, background, createContext({ seed: 1 }));
    for (const weight of weights) expect(weight).toBeCloseTo(0, 5);
    expect(base).toBeCloseTo(0.3, 6);
    expect([fit > 0.99 || fit === 0, stability >= -1]).toEqual([true, true]);
  });
});
